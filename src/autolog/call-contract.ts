/** The half of the contract that is about model calls: what a method, a message or a connection says of one. */
import type { Attributes } from '@opentelemetry/api'
import type { Usage } from '../kernel/hub.js'
import type { FormatId } from '../kernel/protocol.js'
import type { Layer } from '../telemetry/call-slot.js'
import type { OperationName } from '../telemetry/semconv.js'
import type { Format } from './formats.js'

/** Declares what a patched method is. All readers run guarded: what they throw never reaches the program. */
export interface CallDeclaration {
  /**
   * The wire format of the method's request and answer; the engine reads both with it. `json` has no format of its own:
   * of its answer are read `id`, `model` and `usage`, where OpenAI's operations have them, and it needs an `operation`.
   * A layer over the wire, with shapes of its own, says how to read them.
   */
  readonly protocol: FormatId | 'json' | Format
  /** Default: the format's operation. */
  readonly operation?: OperationName
  /** The provider's name in telemetry, when the host is not a known one. */
  readonly provider: string | ((self: unknown) => string)
  /**
   * Who makes the call. Default `sdk`. An SDK that is a layer over another one says `framework`: the call
   * that it makes through the other is then the same call. A call of an SDK inside a call of an SDK is not.
   */
  readonly layer?: Layer
  /** The request body, as it goes over the wire but for its {@link spelling}. Default: the first argument. */
  readonly request?: (args: Args, self: unknown) => unknown
  /** Default: `model` of the body. */
  readonly model?: (args: Args, self: unknown) => string | undefined
  /** Path of the request, for formats that say the model or the streaming there. Default: none. */
  readonly path?: (args: Args, self: unknown) => string | undefined
  /** The answer is always a stream, whatever the body says. Default: what the body says. */
  readonly streaming?: boolean
  /**
   * The SDK writes the format's fields in camelCase. They are put back by the format's own table of fields
   * (`FieldTable`), at their places; all else, such as the arguments of a tool, stays as the program wrote it.
   */
  readonly spelling?: 'camel'
  /** The SDK gives and takes bytes where the wire has them as base64. */
  readonly bytes?: 'base64'
  /** The wire answer in what the method resolved to. `undefined`: it says nothing of the call. Default: that itself. */
  readonly answer?: (result: unknown) => unknown
  /**
   * The stream in what the method resolved to: an async iterable, a Node or web stream. `undefined`: there is none, it
   * is a whole answer. Default: that itself, if it is a stream.
   */
  readonly stream?: (result: unknown) => unknown
  /**
   * Name of the member of a streamed result that is a promise of the whole answer, which is read then. Default: there is
   * none.
   */
  readonly aggregate?: string
  /** The wire event in a piece of the stream; `undefined` for a piece that is none. Default: the piece itself. */
  readonly event?: (piece: unknown) => { readonly data: unknown; readonly name?: string } | undefined
  /** Names of its events, where the stream is an event emitter and no stream of Node. */
  readonly emits?: { readonly piece: string; readonly end: string; readonly error: string }
  /** The last argument, if it is a function, is called with `(error, result)`, and nothing is returned. */
  readonly callback?: 'last'
  /**
   * The raw response in what the method resolved to, whose body the program reads: JSON, or the events of a stream. Default:
   * what the method resolved to, if it is one.
   */
  readonly body?: (result: unknown) => unknown
  /** The error in what the method resolved to, of an SDK that gives errors instead of throwing them. */
  readonly failure?: (result: unknown) => unknown
  /** Headers of the response in what the method resolved to: `Headers`, or an object of names and values. */
  readonly headers?: (result: unknown) => unknown
  /** Base URL of the client behind `self`. Where it is not known, the host is that of the request on the wire. */
  readonly baseURL?: (self: unknown) => string | undefined
  readonly attributes?: Attributes
  /** Attributes of the answer beyond what the format says. Given what the method resolved to. */
  readonly responseAttributes?: (result: unknown) => Attributes
  /**
   * Keeps the SDK from making telemetry of its own for this call. Runs just before the original method;
   * the function it returns runs right after the method has returned, before anything is awaited.
   */
  readonly mute?: (self: unknown) => (() => void) | undefined
  /**
   * For an SDK whose requests cannot be given trace headers as they leave: they are signed by then, or go over HTTP/2.
   * Gives the SDK a hook of ours, which asks `traceHeadersTo` while a request is built; runs as `mute` does. The wire then
   * adds no header to any request of the call.
   */
  readonly inject?: (self: unknown) => (() => void) | undefined
  /**
   * The method makes its request through one of the client that is declared too (`patchRawRequests`). Where another tool
   * has wrapped or rewritten the method, the call begins at that request.
   */
  readonly byRequest?: boolean
  /** The program does not want what the answer says to be recorded, also where content is. */
  readonly hidesAnswer?: boolean
  /** The library tells no answer: what a call inside reads of it counts. Without such a call it is an unread answer. */
  readonly untold?: boolean
  /** The program's signal for an abort. A stream that ends or fails once it has fired was closed by the program. */
  readonly signal?: (args: Args) => { readonly aborted: boolean } | undefined
  /** The signal of a stream that the program can abort otherwise; read as `signal` is. */
  readonly streamSignal?: (stream: unknown) => { readonly aborted: boolean } | undefined
  /** Tokens that the answer counts elsewhere than its body, such as in headers. Counts in the body go before these. */
  readonly usage?: (result: unknown) => Partial<Usage> | undefined
}

export type Args = readonly unknown[]

/** A declaration, or a function that gives it for a call, by its arguments, say. `undefined`: do not trace this call. */
export type Declared = CallDeclaration | ((args: Args, self: unknown) => CallDeclaration | undefined)

/** Replaces the original. `active` is false after `off()`: then the replacement only calls the original. */
export type Replace = (
  original: (...args: unknown[]) => unknown,
  active: () => boolean,
) => (this: unknown, ...args: unknown[]) => unknown
