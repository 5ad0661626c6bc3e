/** What differs between the kinds of calls. All the rest is in `perform`. */
import type { WireAnswer } from '../transport/body.js'
import type { ClientContext } from '../context.js'
import type { StreamSource } from '../streams/model-stream.js'
import type { OpenStream } from '../streams/stream-attempt.js'
import type { CallMeta } from '../types/meta.js'
import type { CallOptions } from '../types/options.js'
import type { Answer, CallInput, Replacement } from './answer.js'
import type { AttemptRun } from './attempt-run.js'
import type { LogicalCall } from './logical-call.js'
import type { ChunkStage } from './stage.js'

/** The arguments of a call, read. */
export interface AskedCall<Request> {
  readonly input: CallInput
  /** What the operation itself needs. */
  readonly request: Request
  /** Whether the answer is a stream. */
  readonly stream: boolean
}

/** One kind of call. `Item` is a piece of its stream. */
export interface Operation<Request, Item = never> {
  /** @throws ConfigError for arguments that cannot be a call. */
  read(client: ClientContext, body: object, options: CallOptions | undefined): AskedCall<Request>
  /** Waits for what every attempt needs, such as the contents of files. The call's time runs. */
  prepare?(call: LogicalCall, request: Request): Promise<Request>
  /** The request with `by` in place of the caller's. Absent: it cannot be replaced. */
  replace?(request: Request, by: Replacement): Request
  /** Sends the request to the target of `run`, and reads the whole answer. */
  attempt(run: AttemptRun, request: Request): Promise<Answer>
  /** The whole answer as the caller gets it, without `_meta`. */
  body(answer: Answer, request: Request): object
  /**
   * Sends the request for a stream, and returns before any of it is read.
   *
   * @param stage - Checks the chunks of a stream of chat.
   */
  open?(run: AttemptRun, request: Request, stage: ChunkStage | undefined): Promise<OpenStream<unknown, Item>>
  /** A stored answer in pieces, for a caller who wants a stream. */
  pieces?(answer: Answer, request: Request): readonly Item[]
  /**
   * What the caller gets for a stream. Default: a `ModelStream`, whose last item carries `_meta`. @param wire - The
   * response, if it comes from a target.
   */
  deliver?(source: StreamSource<Item>, meta: CallMeta, wire: WireAnswer | undefined): object
}
