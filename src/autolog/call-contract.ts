/** The part of the contract for model calls: how to read one from a method, a message or a connection. */
import type { Attributes } from '@opentelemetry/api'
import type { Usage } from '../kernel/hub.js'
import type { FormatId } from '../kernel/protocol.js'
import type { Layer } from '../telemetry/spans/call-slot.js'
import type { OperationName } from '../telemetry/semconv.js'
import type { Variant, VariantId } from '../protocols/variants/variant.js'
import type { Format } from './format-contract.js'

/** Declares how to read the calls of a patched method. What these functions throw never reaches the program. */
export interface CallDeclaration {
  /**
   * The wire format with which the engine reads request and answer. `json` is for answers of which only `id`, `model` and
   * `usage` are read, as OpenAI's operations have them; it needs an `operation`. A variant is converted to another format. A
   * layer with shapes of its own gives a `Format`.
   */
  readonly protocol: FormatId | VariantId | 'json' | Variant | Format
  /** Default: the format's operation. */
  readonly operation?: OperationName
  /** The provider's name in telemetry, for hosts that are not known. */
  readonly provider: string | ((self: unknown) => string)
  /**
   * What makes the call. Default `sdk`. A layer over other SDKs is a `framework`: a call that it makes through an SDK is then
   * the same call. A call of an `sdk` inside another one's is a call of its own.
   */
  readonly layer?: Layer
  /** The request body as on the wire, except for its {@link spelling}. Default: the first argument. */
  readonly request?: (args: Args, self: unknown) => unknown
  /** Default: `model` of the body. */
  readonly model?: (args: Args, self: unknown) => string | undefined
  /** Path of the request, for formats that have the model or the streaming in it. Default: none. */
  readonly path?: (args: Args, self: unknown) => string | undefined
  /** The answer is always a stream, whatever the body says. Default: what the body says. */
  readonly streaming?: boolean
  /**
   * The SDK has the format's fields in camelCase. They are renamed by the format's own table (`FieldTable`); all else, such as
   * the arguments of a tool, stays as the program wrote it.
   */
  readonly spelling?: 'camel'
  /** The SDK has bytes where the wire has base64. */
  readonly bytes?: 'base64'
  /** The wire answer in what the method resolved to. `undefined`: there is none. Default: the result itself. */
  readonly answer?: (result: unknown) => unknown
  /**
   * The error in what the method resolved to, for an SDK whose methods resolve when they fail. `undefined`: there is none.
   * Default: a method that fails rejects.
   */
  readonly fault?: (result: unknown) => unknown
  /**
   * The stream in what the method resolved to: an async iterable, a Node or web stream. `undefined`: it is a whole answer.
   * Default: the result itself, if it is a stream.
   */
  readonly stream?: (result: unknown) => unknown
  /**
   * Name of the member of a streamed result that is a promise of the whole answer. The answer is then read from it. Default:
   * there is none.
   */
  readonly aggregate?: string
  /** The wire event in a piece of the stream; `undefined` for a piece without one. Default: the piece itself. */
  readonly event?: (piece: unknown) => { readonly data: unknown; readonly name?: string } | undefined
  /** Names of the events, if the stream is an event emitter or the like, but no Node stream. */
  readonly emits?: EmittedEvents
  /** The last argument, if it is a function, is called with `(error, result)`, and nothing is returned. */
  readonly callback?: 'last'
  /**
   * The raw response in what the method resolved to, or the stream of its bytes, which the program reads: JSON, or the events of
   * a stream. Default: what the method resolved to, if it is a response.
   */
  readonly body?: (result: unknown) => unknown
  /** Headers of the response in what the method resolved to: `Headers`, or an object of names and values. */
  readonly headers?: (result: unknown) => unknown
  /** Base URL of the client of `self`. If it is not known, the host comes from the request on the wire. */
  readonly baseURL?: (self: unknown) => string | undefined
  readonly attributes?: Attributes
  /** Attributes of the answer that the format does not have, from what the method resolved to. */
  readonly responseAttributes?: (result: unknown) => Attributes
  /**
   * Keeps the SDK from making its own telemetry for this call. Runs just before the original method; the function that it
   * returns runs as soon as the method has returned, before anything is awaited.
   */
  readonly mute?: (self: unknown) => (() => void) | undefined
  /**
   * For an SDK whose requests cannot get trace headers when they are sent: they are signed by then, or use HTTP/2. Adds a hook
   * to the SDK that calls `traceHeadersTo` while a request is built. Runs as `mute` does. No headers are added on the wire to
   * the requests of the call.
   */
  readonly inject?: (self: unknown) => (() => void) | undefined
  /**
   * The method sends through a method of the client that is declared too (`patchRawRequests`). If another tool has wrapped
   * or replaced this method, the call begins there.
   */
  readonly byRequest?: boolean
  /** The program does not want the content of the answer recorded, even if content is captured. */
  readonly hidesAnswer?: boolean
  /** The library does not give the answer. It is read from a call inside this one; without such a call it is an unread answer. */
  readonly withoutAnswer?: boolean
  /** The program's abort signal. A stream that ends or fails after it has fired was closed by the program. */
  readonly signal?: (args: Args) => { readonly aborted: boolean } | undefined
  /** The abort signal of a stream, if the stream has one of its own. */
  readonly streamSignal?: (stream: unknown) => { readonly aborted: boolean } | undefined
  /** Token counts outside of the body, such as in headers. Counts in the body override them. */
  readonly usage?: (result: unknown) => Partial<Usage> | undefined
}

/** Names of the events of a stream that calls listeners: the first argument of `emit`. */
export interface EmittedEvents {
  readonly piece: string | readonly string[]
  readonly end: string
  readonly error: string
  /** Whether a piece is the last one, if the SDK may remove its listeners before the end. */
  readonly last?: (piece: unknown) => boolean
  /**
   * The object that calls the listeners, if it has no `emit`. It has a method or a listener property for each event, under
   * the event's name; its first argument is the piece or the error.
   */
  readonly through?: (stream: unknown) => unknown
}

export type Args = readonly unknown[]

/** A declaration, or a function that returns it for one call. `undefined`: the call is not traced. */
export type Declared = CallDeclaration | ((args: Args, self: unknown) => CallDeclaration | undefined)

/** Replaces the original. `active` is false after `off()`: then the replacement only calls the original. */
export type Replace = (
  original: (...args: unknown[]) => unknown,
  active: () => boolean,
) => (this: unknown, ...args: unknown[]) => unknown
