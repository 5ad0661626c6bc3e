/** What may stand around every call: it can answer in place of a provider, refuse, change what is given, and see the end. */
import type { ChatChunk } from '../../kernel/hub.js'
import type { Itinerary } from '../../router/itinerary.js'
import type { Target } from '../../router/target.js'
import type { Identity } from '../../telemetry/identity.js'
import type { CallMeta } from '../types/meta.js'
import type { CallOptions } from '../types/options.js'
import type { Abortable } from './abortable.js'
import type { Answer, CallInput, HubRequest, RequestBody } from './answer.js'

/**
 * One stage. All of it is optional, and what it promises is waited for, as long as the call's time lasts. What it throws
 * fails the call (`before`) or the attempt (`after` and `chunks`, before anything was given), which may then fall back.
 */
export interface Stage {
  /** For `_meta.cache.by` and the span. */
  readonly id: string
  /** Before any attempt, and before limits and budgets are asked. @returns the answer, when it has one. */
  before?(call: CallView): Answer | undefined | Promise<Answer | undefined>
  /** An answer has come whole. @returns the answer to give. */
  after?(run: AttemptView, answer: Answer): Answer | Promise<Answer>
  /**
   * A stream of chat begins. `undefined`: this one needs no look. A stage that has `after` and not this is shown a stream as
   * one answer: nothing is given before its end.
   */
  chunks?(run: AttemptView): ChunkStage | undefined
  /** The call was answered, and is settled. What it throws is reported and changes nothing. */
  done?(call: CallView, settled: Settled): void
}

export interface Settled {
  readonly answer: Answer
  readonly meta: CallMeta
  /** A stream that the caller left. */
  readonly partial: boolean
}

/** Looks at one stream. What is held back is given later, or at the end. */
export interface ChunkStage {
  /** @returns the chunks to give: the same list when nothing changes. @throws to refuse. */
  push(chunks: readonly ChatChunk[]): readonly ChatChunk[] | Promise<readonly ChatChunk[]>
  /** The stream has ended as its format ends. @returns what was held back. @throws to refuse. */
  end(): readonly ChatChunk[] | Promise<readonly ChatChunk[]>
}

/** A call, as stages see it. */
export interface CallView {
  readonly operation: CallInput['operation']
  /** As the caller named it. */
  readonly model: string
  readonly stream: boolean
  readonly request: HubRequest | undefined
  /** As the caller wrote it, where `request` is not all of it. */
  readonly body: RequestBody | undefined
  readonly readContent: CallInput['readContent']
  /** Whom it is for. */
  readonly metadata: Identity | undefined
  readonly options: CallOptions
  /** Puts another request in place of the call's, before any attempt: every target gets it in its own format. */
  replaceRequest(request: HubRequest): void
  /** Adds to `_meta.warnings`. */
  warn(message: string): void
}

/** An attempt, as stages see it. */
export interface AttemptView {
  readonly call: CallView
  readonly target: Target
  /** Fields of the body that differ at this target. */
  readonly params: Readonly<Record<string, unknown>> | undefined
  readonly itinerary: Itinerary
  /** Its time. */
  readonly limits: Abortable
  /** The answer is not given to the caller. It counts as what it came to all the same. */
  answeredInVain(answer: Answer): void
}

/** Stages made one, once for each client. What none of them has is `undefined`, and costs a call nothing. */
export interface Stages {
  readonly before: ((call: CallView) => Promise<EarlyAnswer | undefined>) | undefined
  readonly after: (run: AttemptView, answer: Answer) => Answer | Promise<Answer>
  readonly chunks: (run: AttemptView) => ChunkStage | undefined
  readonly done: ((call: CallView, settled: Settled) => void) | undefined
  /** Whether streams of chat may come out other than they went in. */
  readonly changeStreams: boolean
}

/** The answer of a stage, before any attempt. */
export interface EarlyAnswer {
  readonly answer: Answer
  /** Id of the stage. */
  readonly by: string
}
