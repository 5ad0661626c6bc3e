/**
 * The only interface between the engine and an integration. An integration declares which packages it serves, and which of
 * their methods are model calls or hooks. The engine finds modules, sees later loads, makes spans, handles streams and
 * promises, undoes patches and writes the report.
 */
import type { CallDeclaration, Declared, Replace } from './call-contract.js'
import type { DuplexDeclaration } from './duplex-contract.js'
import type { DeclaredStep, StepDeclaration, StepPatcher } from './step-contract.js'

export { asArray, asNumber, asString, isObject, parseJson, path } from '../kernel/json.js'
export type * as hub from '../kernel/hub.js'
export { countedTokens, outputType, serverAttributes, type OutputType } from '../telemetry/spans/attributes.js'
export { statusOf } from '../telemetry/spans/error-type.js'
export { endWhenAbandoned } from '../telemetry/spans/abandoned.js'
export { startCall, type Call, type CallResponse, type CallStart, type OtherAnswer } from '../telemetry/spans/call.js'
export { jsonCopy } from '../telemetry/content/content-limit.js'
export { contextKey } from '../telemetry/spans/context-key.js'
export { withTraceContext } from '../telemetry/propagation/message-trace-context.js'
export { fillSlot, openCall, runInOpenSlot, slotOf } from '../telemetry/spans/call-slot.js'
export { startStep, stepOf, type RetrievedDocument, type Step, type StepKind } from '../telemetry/spans/step.js'
export type { PassthroughUsage } from '../protocols/shared/passthrough-facts.js'
export { familyOf } from '../protocols/variants/bedrock-invoke.js'
export { usageInHeaders, usageInSpeech } from '../protocols/variants/bedrock-tokens.js'
export { headerView } from '../kernel/header-view.js'
export { guard } from '../kernel/guard.js'
export * as semconv from '../telemetry/semconv.js'
export { traceHeadersTo } from '../telemetry/propagation/trace-headers.js'
export { endOnFailure, runBefore } from './patch/around-methods.js'
export { reportsUsage } from './calls/background.js'
export { patchRawRequests, textFields, type RawRequest } from './patch/raw-requests.js'
export { groupOf, SpanBridge, withGroup, type Run, type RunGroup, type RunId } from './calls/bridge.js'
export { enterContext } from './calls/context-store.js'
export { isAsyncGenerator, iterateIn } from '../telemetry/spans/iterate.js'
export type { Format, StreamSink } from './format-contract.js'
export type * from './call-contract.js'
export type * from './step-contract.js'
export type * from './duplex-contract.js'

/** The exports of a module: an ESM namespace or a CJS `module.exports`. */
export type ModuleExports = Readonly<Record<string, unknown>>

/** Paths that a class must all have, such as `prototype.send` or `Chat.Completions.prototype.create`. Getters are not run. */
export type Shape = readonly string[]

export interface ModuleTarget {
  /** npm package name. */
  readonly package: string
  /** Subpath as users import it, such as `./callbacks/manager`. Default `.`. */
  readonly entry?: string
  /** Majors that the tests run, such as `4 - 7`, or `none`. Only for the report; it never decides whether to patch. */
  readonly tested: string
  /**
   * Exported functions that `instrument` replaces on the module itself. In an ES module this works only if its load is seen:
   * everyone who imports it then gets the replacement. If it is not seen, the report says so.
   */
  readonly exports?: readonly string[]
  /** For a package without an integration: what that means. Reported if the application's own package.json names it. */
  readonly unsupported?: string
  /**
   * The shape of each class that `instrument` reads, by the name of its export. A bundler may have renamed the classes of a
   * given module; they are found by their shape.
   */
  readonly shapes?: Readonly<Record<string, Shape>>
  /**
   * Declares the patches on one loaded copy of the module. Runs once for each copy. A copy on which no patch took effect is
   * reported as `unsupported`, and one for which this throws as `failed`.
   */
  readonly instrument: (module: ModuleExports, patcher: Patcher) => void
}

export interface Integration {
  /** Key in `autolog({ integrations })` and in the report. */
  readonly id: string
  readonly targets: readonly ModuleTarget[]
  /** Whether it belongs to the engine and is left out of the report. */
  readonly isInternal?: boolean
}

/** What an integration serves. The integration itself loads when one of its packages is found. */
export interface IntegrationEntry {
  readonly id: string
  /** Packages of all its targets, each once. */
  readonly packages: readonly string[]
  /**
   * Hooks that need no module: diagnostics channels, and properties of `globalThis` that a framework reads. They also reach
   * copies inside a bundle. Runs once, at every start, so code that is used later must load later.
   */
  readonly always?: (patcher: Patcher) => void
  /**
   * The providers that the packages call, by `gen_ai.provider.name`. A call on the wire that nobody traces is matched with
   * them. Empty: they call no model. Absent: they are a layer over any provider.
   */
  readonly providers?: readonly string[]
  /** Whether its packages count only if the application's own package.json names them. */
  readonly onlyDeclared?: boolean
  readonly load: () => Integration
}

/**
 * What begins with a message: a model call or a step. The functions of the declaration get the message as their only
 * argument, and must not keep it: a run that nobody ends is ended when its message is garbage-collected.
 */
export type ChannelRun = ({ readonly call: CallDeclaration } | { readonly step: StepDeclaration }) & {
  /** Id by which later messages name it as their parent, while it is open. */
  readonly id?: string | undefined
  /** The parent run, unless the active context is already within it. */
  readonly parentId?: string | undefined
  /** What the integration needs to know of it when a later run names it as its parent. */
  readonly facts?: unknown
}

/**
 * The run that begins with a message, if any.
 *
 * @param factsOf - Facts of an open run, by its id.
 */
export type BeginRun = (message: unknown, factsOf: (id: string | undefined) => unknown) => ChannelRun | undefined

export interface Patcher extends StepPatcher {
  /** Format of this copy. */
  readonly format: 'esm' | 'cjs'
  /**
   * Whether `wrap()` patches one client: what stands for the prototype of its class is the client itself then, and nothing may be
   * patched that another client has too.
   */
  readonly isOneClient: boolean
  /** Options that the user gave under `integrations.<id>`. */
  readonly options: Readonly<Record<string, unknown>>
  /**
   * Traces `holder[method]` as a model call. The program gets the same promise class, result, error and stream. `holder` is a
   * prototype or a class.
   *
   * @param otherwise - What is no model call, for a method that does both.
   * @returns Whether the method was there.
   */
  call(holder: unknown, method: string, declared: Declared, otherwise?: DeclaredStep): boolean
  /**
   * Traces messages of a connection as model calls: a call begins with what a method sends, and its answer are the events that
   * the connection emits. `holder` has the methods that send.
   */
  duplex(holder: unknown, declared: DuplexDeclaration): boolean
  /** Replaces `holder[method]`; `off()` puts the original back. Returns whether the method was there. */
  wrap(holder: unknown, method: string, replace: Replace): boolean
  /**
   * Watches a tracing channel (https://nodejs.org/api/diagnostics_channel.html#class-tracingchannel). `begin` gets the message
   * that starts an operation. Its run lasts until the operation has settled, and the operation's work is in its context.
   * `undefined`: the operation gets no span.
   */
  channel(name: string, begin: BeginRun): void
  /** Adds a line to the report: what cannot be traced in this copy, and what to do about it. */
  note(what: string): void
  /** For hooks that are not a method: `undo` runs at `off()`. Counts as a patch. */
  hook(undo: () => void): void
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
