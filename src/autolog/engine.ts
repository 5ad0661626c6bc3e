/**
 * `autolog()`: telemetry settings, tracing set-up, the wire, and the patches of all integrations, started
 * together and undone together. One engine runs in a process, whichever copy of the package started it.
 */
import { shared } from '../kernel/state.js'
import { compilePropagate } from '../telemetry/propagation.js'
import { applySettings, captureFromEnv, faults, type HostFacts, type TelemetrySettings } from '../telemetry/settings.js'
import { setUpTracing, type TracingStatus } from '../telemetry/setup.js'
import { watchWire } from '../telemetry/wire.js'
import { instrumentCall } from './call.js'
import type { Integration, ReportEntry } from './contract.js'
import { instrumentModules } from './modules.js'
import { checkOptions, type AutologOptions } from './options.js'

/** What `autolog()` gives back. */
export interface Autolog {
  /** One entry a copy of a known package: what was patched, what waits for its load, what failed and why. */
  readonly report: readonly ReportEntry[]
  /** Where spans go, how many were dropped, and how many faults of hooks and redactors were contained. */
  readonly status: TracingStatus & { readonly faults: number }
  /** Restores every patched method. Spans that are open still end. A later `autolog()` starts anew. */
  off(): void
  /** Sends what is waiting. Resolves within five seconds even if the backend is down; never rejects. */
  flush(): Promise<void>
}

/** What the engine needs from floors it may not import. */
export interface AutologParts {
  readonly integrations: readonly Integration[]
  readonly identifyHost: (hostname: string) => HostFacts | undefined
  readonly price: TelemetrySettings['price']
}

interface Running {
  current: Autolog | undefined
}

export function startAutolog(parts: AutologParts, options: AutologOptions, callerFile: string | undefined): Autolog {
  checkOptions(
    options,
    parts.integrations.map(({ id }) => id),
  )
  const running = shared<Running>('autolog', () => ({ current: undefined }))
  if (running.current) return running.current

  const tracing = setUpTracing(options)
  applySettings({
    capture: options.captureContent ?? captureFromEnv() ?? 'none',
    redact: options.redact,
    semconv: options.semconv ?? 'latest',
    propagates: compilePropagate(options.propagate ?? 'gateways', parts.identifyHost),
    identifyHost: parts.identifyHost,
    price: parts.price,
    onSpanStart: options.onSpanStart,
    onSpanEnd: options.onSpanEnd,
  })
  const unwatch = watchWire()
  const modules = instrumentModules({
    integrations: parts.integrations,
    options: options.integrations,
    modules: options.modules,
    eager: options.eager,
    callerFile,
    call: instrumentCall,
  })

  const autolog: Autolog = {
    get report() {
      return modules.report()
    },
    get status() {
      return { ...tracing.status, faults: faults().count }
    },
    off() {
      if (running.current !== autolog) return
      running.current = undefined
      modules.off()
      unwatch()
      applySettings(undefined)
    },
    flush: () => tracing.flush(),
  }
  running.current = autolog
  return autolog
}
