/**
 * The only door between the engine and an integration. An integration is a declaration: which packages
 * it serves, and which methods of theirs are model calls or hooks. Finding modules, late loads, spans,
 * streams, promises, undo and the report belong to the engine.
 */
import type { Attributes } from '@opentelemetry/api'
import type { Usage } from '../kernel/hub.js'
import type { FormatId } from '../kernel/protocol.js'
import type { Layer } from '../telemetry/call-slot.js'
import type { OperationName } from '../telemetry/semconv.js'
import type { Format } from './formats.js'
import type { StepDeclaration, StepPatcher } from './step-contract.js'

export { isObject, asString, parseJson } from '../kernel/json.js'
export type * as hub from '../kernel/hub.js'
export { countedTokens, outputType, serverAttributes } from '../telemetry/attributes.js'
export { endWhenAbandoned } from '../telemetry/abandoned.js'
export { startCall, type Call, type CallStart } from '../telemetry/call.js'
export { jsonCopy } from '../telemetry/content-limit.js'
export { contextKey } from '../telemetry/context-key.js'
export { withTraceContext } from '../telemetry/remote.js'
export { fillSlot, openCall, runInOpenSlot, slotOf } from '../telemetry/call-slot.js'
export { startStep, stepOf, type RetrievedDocument, type Step, type StepKind } from '../telemetry/step.js'
export { guard } from '../kernel/guard.js'
export * as semconv from '../telemetry/semconv.js'
export { traceHeadersTo } from '../telemetry/trace-headers.js'
export { modelAskedFor, tellsUsage } from './background.js'
export { patchRawRequests, type RawRequest } from './raw-requests.js'
export { groupOf, SpanBridge, withGroup, type Run, type RunGroup, type RunId } from './bridge.js'
export { enterContext } from './context-store.js'
export { isAsyncGenerator, iterateIn } from '../telemetry/iterate.js'
export type { Format, StreamSink } from './formats.js'
export type * from './step-contract.js'

/** What a module exports: an ESM namespace or a CJS `module.exports`. */
export type ModuleExports = Readonly<Record<string, unknown>>

export interface ModuleTarget {
  /** npm package name. */
  readonly package: string
  /** Subpath as users import it, such as `./callbacks/manager`. Default `.`. */
  readonly entry?: string
  /** Majors that the tests run, such as `4 - 7`, or `none`. Said in the report; it never decides whether to patch. */
  readonly tested: string
  /**
   * Declares the patches on one loaded copy of the module. Runs once a copy; a copy on which no patch
   * took hold is reported as `unsupported`. What it throws is reported as `failed`.
   */
  readonly instrument: (module: ModuleExports, patcher: Patcher) => void
}

export interface Integration {
  /** Key in `autolog({ integrations })` and in the report. */
  readonly id: string
  readonly targets: readonly ModuleTarget[]
  /**
   * Hooks that need no module: diagnostics channels, and places on `globalThis` that a framework looks at. They reach
   * copies that a bundler swallowed as well. Runs once.
   */
  readonly always?: (patcher: Patcher) => void
}

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
  /** The wire event in a piece of the stream; `undefined` for a piece that is none. Default: the piece itself. */
  readonly event?: (piece: unknown) => { readonly data: unknown; readonly name?: string } | undefined
  /** Names of its events, where the stream is an event emitter and no stream of Node. */
  readonly emits?: { readonly piece: string; readonly end: string; readonly error: string }
  /** The last argument, if it is a function, is called with `(error, result)`, and nothing is returned. */
  readonly callback?: 'last'
  /**
   * What the call turns out to have been, asked for once its answer is read: a call that fetches an answer may be the first
   * to see it. `undefined`: what the declaration says.
   */
  readonly became?: () => { readonly operation: OperationName; readonly model: string | undefined } | undefined
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
  /** The program does not want what the answer says to be recorded, also where content is. */
  readonly hidesAnswer?: boolean
  /** The library tells no answer: what a call inside reads of it counts. Without such a call it is an unread answer. */
  readonly untold?: boolean
  /** The program's signal for an abort. A stream that ends or fails once it has fired was closed by the program. */
  readonly signal?: (args: Args) => { readonly aborted: boolean } | undefined
  /** Tokens that the answer counts elsewhere than its body, such as in headers. Counts in the body go before these. */
  readonly usage?: (result: unknown) => Partial<Usage> | undefined
}

export type Args = readonly unknown[]

/** A declaration, or how a call tells it: by its arguments, say. `undefined`: this call is none of ours. */
export type Declared = CallDeclaration | ((args: Args, self: unknown) => CallDeclaration | undefined)

/**
 * What begins with a message: a model call or a step. Readers get the message as their only argument; none may keep it,
 * as what nobody ends is ended when the message is collected.
 */
export type ChannelRun = ({ readonly call: CallDeclaration } | { readonly step: StepDeclaration }) & {
  /** Name by which later messages call it their parent, while it is open. */
  readonly id?: string | undefined
  /** The run that this one belongs to, where the active context does not lie in it already. */
  readonly parentId?: string | undefined
  /** What the integration wants to know of it when a later one names it its parent. */
  readonly facts?: unknown
}

/**
 * What begins with a message, if anything.
 *
 * @param factsOf - Facts of an open run, by its id.
 */
export type BeginRun = (message: unknown, factsOf: (id: string | undefined) => unknown) => ChannelRun | undefined

/** Replaces the original. `active` is false after `off()`: then the replacement only calls the original. */
export type Replace = (
  original: (...args: unknown[]) => unknown,
  active: () => boolean,
) => (this: unknown, ...args: unknown[]) => unknown

export interface Patcher extends StepPatcher {
  /** Format of this copy, for integrations that must tell. */
  readonly format: 'esm' | 'cjs'
  /** Options that the user gave under `integrations.<id>`. */
  readonly options: Readonly<Record<string, unknown>>
  /**
   * Makes `holder[method]` a model call: a span around it, the same promise class, result, error and
   * stream. `holder` is a prototype or a class; nothing happens when the method is not there.
   */
  call(holder: unknown, method: string, declared: Declared): boolean
  /** Replaces `holder[method]`; `off()` puts the original back. Returns whether the method was there. */
  wrap(holder: unknown, method: string, replace: Replace): boolean
  /**
   * Watches a tracing channel (https://nodejs.org/api/diagnostics_channel.html#class-tracingchannel). What `begin` makes
   * of the message that starts an operation runs until the operation has settled, and the operation's work runs in its
   * context. `undefined`: no span; what happens inside hangs on what is around.
   */
  channel(name: string, begin: BeginRun): void
  /** What this copy cannot show, and what to do about it: said in the report. */
  note(what: string): void
  /** For hooks that are not a method: `undo` runs at `off()`. Counts as a patch that took hold. */
  hook(undo: () => void): void
}

/** Where an integration reads nested classes: `path(module, 'OpenAI', 'Chat', 'Completions', 'prototype')`. */
export function path(root: unknown, ...keys: readonly string[]): unknown {
  let value = root
  for (const key of keys) {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}

/**
 * `patched`; `pending`: installed and not loaded yet; `unsupported`: loaded, and none of its known methods is there;
 * `failed`: patching threw.
 */
export type ReportStatus = 'patched' | 'pending' | 'unsupported' | 'failed'

/** One line of `log.report`: a copy of a package, or a package that is installed and not loaded yet. */
export interface ReportEntry {
  /** Id of the integration, as under `integrations` of the options. */
  readonly integration: string
  /** Name of the npm package. */
  readonly package: string
  /** Version in its `package.json`; `undefined` when it could not be read. */
  readonly version: string | undefined
  /** How this copy is loaded; `undefined` while it is not. */
  readonly format: 'esm' | 'cjs' | undefined
  /** `pending`: installed and not loaded; it is patched when it loads. */
  readonly status: ReportStatus
  /** Why it is not patched, or what is unusual about it; `undefined` when there is nothing to say. */
  readonly detail: string | undefined
}
