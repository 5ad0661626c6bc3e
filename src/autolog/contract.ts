/**
 * The only interface between the engine and an integration. An integration is a declaration: which packages
 * it serves, and which methods of theirs are model calls or hooks. Finding modules, late loads, spans,
 * streams, promises, undo and the report belong to the engine.
 */
import type { CallDeclaration, Declared, Replace } from './call-contract.js'
import type { DuplexDeclaration } from './duplex-contract.js'
import type { StepDeclaration, StepPatcher } from './step-contract.js'

export { isObject, asString, parseJson } from '../kernel/json.js'
export type * as hub from '../kernel/hub.js'
export { countedTokens, outputType, serverAttributes, statusOf } from '../telemetry/attributes.js'
export { endWhenAbandoned } from '../telemetry/abandoned.js'
export { startCall, type Call, type CallResponse, type CallStart, type OtherAnswer } from '../telemetry/call.js'
export { jsonCopy } from '../telemetry/content-limit.js'
export { contextKey } from '../telemetry/context-key.js'
export { withTraceContext } from '../telemetry/message-trace-context.js'
export { fillSlot, openCall, runInOpenSlot, slotOf } from '../telemetry/call-slot.js'
export { startStep, stepOf, type RetrievedDocument, type Step, type StepKind } from '../telemetry/step.js'
export { guard } from '../kernel/guard.js'
export * as semconv from '../telemetry/semconv.js'
export { traceHeadersTo } from '../telemetry/trace-headers.js'
export { endOnFailure, tellBefore } from './around-methods.js'
export { tellsUsage } from './background.js'
export { patchRawRequests, type RawRequest } from './raw-requests.js'
export { groupOf, SpanBridge, withGroup, type Run, type RunGroup, type RunId } from './bridge.js'
export { enterContext } from './context-store.js'
export { isAsyncGenerator, iterateIn } from '../telemetry/iterate.js'
export type { Format, StreamSink } from './formats.js'
export type * from './call-contract.js'
export type * from './step-contract.js'
export type * from './duplex-contract.js'

/** What a module exports: an ESM namespace or a CJS `module.exports`. */
export type ModuleExports = Readonly<Record<string, unknown>>

/** Places that a class has, all of them: `prototype.send`, `Chat.Completions.prototype.create`. Getters are not run. */
export type Shape = readonly string[]

export interface ModuleTarget {
  /** npm package name. */
  readonly package: string
  /** Subpath as users import it, such as `./callbacks/manager`. Default `.`. */
  readonly entry?: string
  /** Majors that the tests run, such as `4 - 7`, or `none`. Said in the report; it never decides whether to patch. */
  readonly tested: string
  /**
   * Exported functions that `instrument` replaces on the module itself. Of an ES module they can be replaced where its load
   * is seen: everyone who imports it then gets the replacement, whenever and however. Where it is not seen, the report says
   * so.
   */
  readonly exports?: readonly string[]
  /** There is no integration for the package: what that means. Said where the application's own package.json asks for it. */
  readonly unsupported?: string
  /**
   * What each class that `instrument` reads has, by the name that it reads: in a module that is handed in, whose classes a
   * bundler may have renamed, they are found by that.
   */
  readonly shapes?: Readonly<Record<string, Shape>>
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
  /** The engine's own: it is in no report. */
  readonly isInternal?: boolean
}

/** An integration by what it serves. The rest of it loads when one of its packages is found. */
export interface IntegrationEntry {
  readonly id: string
  /** Of all its targets, each once. */
  readonly packages: readonly string[]
  /**
   * Hooks that need no module: diagnostics channels, and places on `globalThis` that a framework looks at. They reach
   * copies that a bundler swallowed as well. Runs once, at every start: what it calls later must load later.
   */
  readonly always?: (patcher: Patcher) => void
  /**
   * Whose hosts the packages call, by `gen_ai.provider.name`: for a call that is seen on the wire and that nobody traces. Empty:
   * they call no model. Absent: they are a layer over any.
   */
  readonly providers?: readonly string[]
  /** Its packages count only where the application's own package.json asks for them. */
  readonly onlyDeclared?: boolean
  readonly load: () => Integration
}

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
  /**
   * Makes messages of a connection model calls: one begins with what a method sends, its answer are the events that the
   * connection tells. `holder` has the methods that send.
   */
  duplex(holder: unknown, declared: DuplexDeclaration): boolean
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
 * `patched`; `pending`: installed and not loaded yet; `unsupported`: loaded, and none of its known methods is there, or there is
 * no integration for it; `failed`: patching threw; `untraced`: a model call left the process that nothing here has traced.
 */
export type ReportStatus = 'patched' | 'pending' | 'unsupported' | 'failed' | 'untraced'

/** One line of `log.report`: a copy of a package, one that is installed and not loaded yet, or a host whose calls are not traced. */
export interface ReportEntry {
  /** Id of the integration, as under `integrations` of the options; `none` where there is none. */
  readonly integration: string
  /** Name of the npm package; the host of an `untraced` call for which there is no integration. */
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
