/**
 * `autolog()`: starts telemetry settings, the set-up of tracing, the watch on the wire and the patches of all integrations
 * together, and undoes them together. One engine runs in a process, whichever copy of the package started it.
 */
import { shared } from '../kernel/state.js'
import { compilePropagate } from '../telemetry/propagation/propagation.js'
import { faults } from '../kernel/guard.js'
import {
  applySettings,
  captureFromEnv,
  CAPTURE_VARIABLE,
  type CaptureMode,
  type HostFacts,
  type TelemetrySettings,
} from '../telemetry/settings.js'
import { setUpTracing } from '../telemetry/set-up/setup.js'
import type { TracingStatus } from '../telemetry/set-up/tracing-handle.js'
import { warnOnce } from '../telemetry/warn.js'
import { http2IsLoaded } from '../telemetry/propagation/http2-requests.js'
import { watchWire, type WireWatch } from '../telemetry/propagation/trace-headers.js'
import { apiCopies } from './api-copies.js'
import { unwatchNodeStreams } from './streams/body-tap.js'
import { instrumentCall } from './calls/instrument-call.js'
import type { IntegrationEntry, ReportEntry } from './contract.js'
import { poll } from './find/poll.js'
import { instrumentModules, type ModuleInstrumentation } from './find/modules.js'
import { checkOptions, WIRE, type AutologOptions } from './options.js'
import { moduleInternals } from './runtime.js'
import type { Hosts } from './wire/wire-endpoints.js'
import { WireNet } from './wire/wire-net.js'
import { unwrapAll } from './wrapped-clients.js'

/** What `autolog()` returns. */
export interface Autolog {
  /** One entry for each copy of a known package: what was patched, what is not loaded yet, what failed and why. */
  readonly report: readonly ReportEntry[]
  /** Where spans go, how many were dropped, and how many faults of hooks and redactors were contained. */
  readonly status: TracingStatus & { readonly faults: number }
  /** Restores every patched method. Open spans still end. A later `autolog()` starts again. */
  off(): void
  /** Sends the waiting spans. Resolves within five seconds even if the backend is down; never rejects. */
  flush(): Promise<void>
}

/** What the engine needs from rooms that it may not import. */
export interface AutologParts extends Hosts {
  readonly integrations: readonly IntegrationEntry[]
  /** Reports packages for which there is no integration. */
  readonly unsupported: IntegrationEntry
  readonly identifyHost: (hostname: string) => HostFacts | undefined
  readonly keepsHeader: TelemetrySettings['keepsHeader']
  readonly reportedCost: TelemetrySettings['reportedCost']
  readonly price: TelemetrySettings['price']
}

interface Running {
  current: Autolog | undefined
  /** The options of the `autolog()` that started the engine. */
  options?: AutologOptions
  addModules?: ModuleInstrumentation['addModules']
}

export function startAutolog(parts: AutologParts, options: AutologOptions, callerFile: string | undefined): Autolog {
  checkOptions(options, [...parts.integrations.map(({ id }) => id), WIRE])
  const running = shared<Running>('autolog', () => ({ current: undefined }))
  if (running.current) {
    const { modules, ...others } = options
    if (modules) running.addModules?.(modules)
    warnIgnored(running.addModules ? others : options, running.options ?? {})
    return running.current
  }

  const tracing = setUpTracing(options, (options.onSpanStart ?? options.onSpanEnd) !== undefined)
  applySettings({
    capture: options.captureContent ?? captureOfEnvironment() ?? 'none',
    redact: options.redact,
    semconv: options.semconv ?? 'latest',
    propagates: compilePropagate(options.propagate ?? 'gateways', parts.identifyHost),
    joinsCallers: options.propagate !== 'none',
    completesForeign: options.foreignSpans !== 'ignore',
    streamUsage: options.streamUsage ?? false,
    identifyHost: parts.identifyHost,
    keepsHeader: parts.keepsHeader,
    reportedCost: parts.reportedCost,
    price: parts.price,
    onSpanStart: options.onSpanStart,
    onSpanEnd: options.onSpanEnd,
  })
  let net: WireNet | undefined
  const watching = (): WireNet =>
    (net ??= new WireNet({
      integrations: parts.integrations,
      options: options.integrations,
      endpoints: options.endpoints ?? [],
      speakerAt: parts.speakerAt,
      speakerNamed: parts.speakerNamed,
      look: () => modules.findUnseen(),
    }))
  const wire = watchWire(options.integrations?.[WIRE] === false ? undefined : watching)
  const undo = [() => applySettings(undefined), () => wire.off(), watchUnseenHttp2(wire)]
  let modules: ModuleInstrumentation
  try {
    modules = instrumentModules({
      integrations: [...parts.integrations, notServed(parts), ...(tracing.givesWay ? [apiCopies] : [])],
      options: options.integrations,
      modules: options.modules,
      eager: options.eager,
      callerFile,
      call: instrumentCall,
      requested: (specifier) => wire.requested(specifier),
    })
  } catch (error) {
    for (const step of undo) step()
    throw error
  }
  undo.push(() => modules.off())

  const autolog: Autolog = {
    get report() {
      return [...modules.report(), ...(net?.report() ?? [])]
    },
    get status() {
      return { ...tracing.status, faults: faults().count }
    },
    off() {
      if (running.current !== autolog) return
      running.current = undefined
      for (const step of undo.toReversed()) step()
      unwrapAll()
      unwatchNodeStreams()
    },
    flush: () => tracing.flush(),
  }
  running.current = autolog
  running.options = options
  running.addModules = (given) => modules.addModules(given)
  return autolog
}

/** The unsupported packages, without those that an integration serves. */
function notServed({ integrations, unsupported }: AutologParts): IntegrationEntry {
  const served = new Set(integrations.flatMap(({ packages }) => packages))
  return { ...unsupported, packages: unsupported.packages.filter((name) => !served.has(name)) }
}

/** On Node 20, an ES module that imports `node:http2` cannot be seen. */
function watchUnseenHttp2(wire: WireWatch): () => void {
  if (moduleInternals.registerHooks || http2IsLoaded()) return () => undefined
  return poll(() => {
    if (!http2IsLoaded()) return true
    wire.requested('node:http2')
    return false
  })
}

/** The first call decides. Warns once of options of a later one that differ. */
function warnIgnored(options: AutologOptions, first: AutologOptions): void {
  const ignored = Object.keys(options).filter((key) => {
    const [given, known] = [options[key as keyof AutologOptions], first[key as keyof AutologOptions]]
    return given !== undefined && given !== known
  })
  if (ignored.length > 0)
    warnOnce(`autolog() runs already, so these options have no effect: ${ignored.join(', ')}; call off() first`)
}

function captureOfEnvironment(): CaptureMode | undefined {
  const value = process.env[CAPTURE_VARIABLE]
  const mode = captureFromEnv(value)
  if (value !== undefined && value !== '' && mode === undefined) {
    warnOnce(
      `${CAPTURE_VARIABLE} must be one of NO_CONTENT, SPAN_ONLY, EVENT_ONLY, SPAN_AND_EVENT, true, false; no content is recorded`,
    )
  }
  return mode
}
