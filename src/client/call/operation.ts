/** What differs between the kinds of calls. All else is `perform`. */
import type { WireAnswer } from '../transport/body.js'
import type { ClientContext } from '../context.js'
import type { StreamSource } from '../streams/model-stream.js'
import type { OpenStream } from '../streams/stream-attempt.js'
import type { CallMeta } from '../types/meta.js'
import type { CallOptions } from '../types/options.js'
import type { Answer, CallInput, HubRequest } from './answer.js'
import type { AttemptRun } from './attempt-run.js'
import type { LogicalCall } from './logical-call.js'
import type { ChunkStage } from './stage.js'

/** The arguments of a call, read. */
export interface AskedCall<Request> {
  readonly input: CallInput
  /** For the operation itself. */
  readonly request: Request
  /** Whether the answer is given piece by piece. */
  readonly stream: boolean
}

/** One kind of call. `Item` is a piece of its stream. */
export interface Operation<Request, Item = never> {
  /** @throws ConfigError for arguments that cannot be a call. */
  read(client: ClientContext, body: object, options: CallOptions | undefined): AskedCall<Request>
  /** What has to be waited for before any attempt, while the call's time runs, such as files that are read. */
  prepare?(call: LogicalCall, request: Request): Promise<Request>
  /** The request, with `by` in place of what the hub reads of it. */
  replace?(request: Request, by: HubRequest): Request
  /** Sends the request to the target of `run`, and reads the whole answer. */
  attempt(run: AttemptRun, request: Request): Promise<Answer>
  /** What the caller gets of a whole answer, beside `_meta`. */
  body(answer: Answer, request: Request): object
  /**
   * Sends the request for a stream, of which nothing has been read then.
   *
   * @param stage - Looks at what the stream means, where that is chat.
   */
  open?(run: AttemptRun, request: Request, stage: ChunkStage | undefined): Promise<OpenStream<unknown, Item>>
  /** The pieces of an answer that was at hand, for a caller who wants a stream. */
  pieces?(answer: Answer, request: Request): readonly Item[]
  /** What the caller gets of a stream. Default: a `ModelStream`, whose last item carries `_meta`. @param wire - Where it comes from, when that is a target. */
  deliver?(source: StreamSource<Item>, meta: CallMeta, wire: WireAnswer | undefined): object
}
