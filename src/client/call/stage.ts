/** Stages around every call: they can answer in place of a provider, refuse, change the answer, and see the end. */
import type { Context } from '@opentelemetry/api'
import type { ChatChunk } from '../../kernel/hub.js'
import type { Itinerary } from '../../router/itinerary.js'
import type { Target } from '../../router/target.js'
import type { Identity } from '../../telemetry/identity.js'
import type { CacheHit, CallMeta, GuardrailOutcome, StoredAnswer } from '../types/meta.js'
import type { CallOptions } from '../types/options.js'
import type { Abortable } from './abortable.js'
import type { Answer, CallInput, HubRequest, RequestBody } from './answer.js'
import type { CallLimits } from './time-limits.js'

/**
 * One stage. All members are optional. Promises are awaited, as long as the call's time lasts. An error fails the call
 * (`before`) or the attempt (`after` and `chunks`, before the caller got anything), which may then fall back.
 */
export interface Stage {
  /** For `_meta.cache.by` and the span. */
  readonly id: string
  /** Whether it may replace a request, which is then recorded as it was sent. */
  readonly rewrites?: boolean
  /** Called before any attempt, and before limits and budgets are checked. @returns the answer, if it has one. */
  before?(call: CallView): GivenAnswer | undefined | Promise<GivenAnswer | undefined>
  /** A later stage has the answer, so that no attempt is made. @throws to refuse it. */
  answeredBy?(call: CallView): void | Promise<void>
  /** A whole answer has come. @returns the answer for the caller. */
  after?(run: AttemptView, answer: Answer): Answer | Promise<Answer>
  /**
   * A stream of chat begins. `undefined`: the stage does not check this one. A stage that has `after` but not `chunks` gets
   * a stream as one answer, and the caller gets nothing before its end.
   */
  chunks?(run: AttemptView): ChunkStage | undefined
  /** The call was answered, and is settled. An error is reported and changes nothing. */
  done?(call: CallView, settled: Settled): void
  /** The call has failed. As `done` otherwise. @param givenUp - Its caller has aborted it, or its time was over. */
  failed?(call: CallView, givenUp: boolean): void
}

export interface Settled {
  readonly answer: Answer
  readonly meta: CallMeta
  /** The caller left the stream before its end. */
  readonly partial: boolean
}

/** Checks one stream. Chunks that it holds back are given later, or at the end. */
export interface ChunkStage {
  /** @returns the chunks for the caller: the same list when nothing changes. @throws to refuse. */
  push(chunks: readonly ChatChunk[]): readonly ChatChunk[] | Promise<readonly ChatChunk[]>
  /** The stream has come to its regular end. @returns the chunks that were held back. @throws to refuse. */
  end(): readonly ChatChunk[] | Promise<readonly ChatChunk[]>
}

/** A call, as stages see it. */
export interface CallView {
  readonly operation: CallInput['operation']
  /** The model as the caller named it. */
  readonly model: string
  readonly stream: boolean
  readonly request: HubRequest | undefined
  /** The body as the caller wrote it, if `request` does not hold all of it. */
  readonly body: RequestBody | undefined
  readonly readContent: CallInput['readContent']
  /** Whom the call is for. */
  readonly metadata: Identity | undefined
  readonly options: CallOptions
  /** Tokens of the request, estimated. */
  readonly inputTokens: number
  /** Its time. A stage that aborts it ends the call with the given error. */
  readonly limits: CallLimits
  /** The context in which the stage's own calls run. */
  readonly context: Context
  /**
   * Replaces the request of the call, before any attempt. Every target gets the new one in its own format, or, where it
   * speaks the caller's, `body` if that is given.
   */
  replaceRequest(request: HubRequest | undefined, body?: RequestBody): void
  /** Adds the verdict of a guardrail to `_meta.guardrails` and to the span. */
  tellVerdict(verdict: GuardrailOutcome): void
  /** Adds a warning to `_meta.warnings`. */
  warn(message: string): void
}

/** An attempt, as stages see it. */
export interface AttemptView {
  readonly call: CallView
  readonly target: Target
  /** Fields of the body that are set or changed for this target. */
  readonly params: Readonly<Record<string, unknown>> | undefined
  readonly itinerary: Itinerary
  /** The time limits of the attempt. */
  readonly limits: Abortable
  /** The caller does not get the answer. It still counts what it cost. */
  discardAnswer(answer: Answer): void
}

/** All stages in one, made once for each client. A member that no stage has is `undefined`, and costs a call nothing. */
export interface Stages {
  readonly before: ((call: CallView) => Promise<EarlyAnswer | undefined>) | undefined
  readonly after: (run: AttemptView, answer: Answer) => Answer | Promise<Answer>
  readonly chunks: (run: AttemptView) => ChunkStage | undefined
  readonly done: ((call: CallView, settled: Settled) => void) | undefined
  readonly failed: ((call: CallView, givenUp: boolean) => void) | undefined
  /** Whether stages may change streams of chat. */
  readonly changeStreams: boolean
  /** Whether a request may be replaced. */
  readonly rewrites: boolean
}

/** An answer that a stage has, with what is known of it. */
export type GivenAnswer = Answer & { readonly hit?: Hit | undefined }

/** Where the cache had an answer. */
export interface Hit extends Pick<StoredAnswer, 'key' | 'ageMs' | 'similarity'> {
  readonly kind: CacheHit
  /** Id of the provider that gave it. */
  readonly provider: string
  /** The model's name there. */
  readonly model: string
  /** What it cost; `null` when that was not known. */
  readonly usd: number | null
}

/** An answer that a stage gave before any attempt. */
export interface EarlyAnswer {
  readonly answer: Answer
  /** Id of the stage. */
  readonly by: string
  readonly hit: Hit | undefined
}
