/**
 * The only door between the engine and an integration. An integration is a declaration: which packages
 * it serves, and which methods of theirs are model calls or hooks. Finding modules, late loads, spans,
 * streams, promises, undo and the report belong to the engine.
 */
import type { Attributes } from '@opentelemetry/api'
import type { ProtocolId } from '../kernel/protocol.js'
import type { Layer } from '../telemetry/scope.js'
import type { Operation } from '../telemetry/semconv.js'
import type { StepPatcher } from './step-contract.js'

export { isObject, asString } from '../kernel/json.js'
export type * as hub from '../kernel/hub.js'
export { endWhenAbandoned } from '../telemetry/abandoned.js'
export { startCall, type Call, type CallStart } from '../telemetry/call.js'
export { contentText } from '../telemetry/content.js'
export { traceContextIn, withTraceContext } from '../telemetry/remote.js'
export { fillScope, runInOpenScope } from '../telemetry/scope.js'
export { startStep, type Step, type StepKind } from '../telemetry/step.js'
export { guard } from '../telemetry/settings.js'
export * as semconv from '../telemetry/semconv.js'
export { isAsyncGenerator, iterateIn } from './iterate.js'
export type * from './step-contract.js'

/** What a module exports: an ESM namespace or a CJS `module.exports`. */
export type ModuleExports = Readonly<Record<string, unknown>>

export interface ModuleTarget {
  /** npm package name. */
  readonly package: string
  /** Subpath as users import it, such as `./callbacks/manager`. Default `.`. */
  readonly entry?: string
  /** Majors that the tests run, such as `4 - 7`. Said in the report; it never decides whether to patch. */
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
}

/** Declares what a patched method is. All readers run guarded: what they throw never reaches the program. */
export interface CallDeclaration {
  /** The wire format of the method's request and answer; the engine reads both with this codec. */
  readonly protocol: ProtocolId
  /** Default: the codec's operation. */
  readonly operation?: Operation
  /** The provider's name in telemetry, when the host is not a known one. */
  readonly provider: string | ((self: unknown) => string)
  /**
   * Who makes the call. Default `sdk`. An SDK that is a layer over another one says `framework`: the call
   * that it makes through the other is then the same call. A call of an SDK inside a call of an SDK is not.
   */
  readonly layer?: Layer
  /** The request body. Default: the first argument. */
  readonly request?: (args: readonly unknown[], self: unknown) => unknown
  /** Base URL of the client behind `self`. */
  readonly baseURL: (self: unknown) => string | undefined
  readonly attributes?: Attributes
  /** Attributes of the answer beyond what the codec reads. */
  readonly responseAttributes?: (response: unknown) => Attributes
  /**
   * Keeps the SDK from making telemetry of its own for this call. Runs just before the original method;
   * the function it returns runs right after the method has returned, before anything is awaited.
   */
  readonly mute?: (self: unknown) => (() => void) | undefined
}

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
  call(holder: unknown, method: string, declaration: CallDeclaration): boolean
  /** Replaces `holder[method]`; `off()` puts the original back. Returns whether the method was there. */
  wrap(holder: unknown, method: string, replace: Replace): boolean
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

export type ReportStatus = 'patched' | 'pending' | 'unsupported' | 'failed'

/** One line of `log.report`: a copy of a package, or a package that is installed and not loaded yet. */
export interface ReportEntry {
  readonly integration: string
  readonly package: string
  readonly version: string | undefined
  readonly format: 'esm' | 'cjs' | undefined
  /** `pending`: installed and not loaded; it is patched when it loads. */
  readonly status: ReportStatus
  readonly detail: string | undefined
}
