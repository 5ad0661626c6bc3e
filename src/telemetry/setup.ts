/**
 * Sets up the export of spans. A tracer provider of the program is used as it is; otherwise one is registered here. Only
 * this file loads the OpenTelemetry SDK.
 */
import type { Context, TracerProvider } from '@opentelemetry/api'
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { basename } from 'node:path'
import { shared } from '../kernel/state.js'
import { VERSION } from '../kernel/version.js'
import { settled } from './batch.js'
import { readEnvironment, type TelemetryEnvironment } from './env.js'
import { ExitWatch } from './exit.js'
import { connectOtherCopies, connectThisCopy, globalApi, registeredProvider, registerGlobals } from './global-api.js'
import { makeRoom, yielding, type Registered } from './hand-over.js'
import { loadSdk, type TracingSdk } from './load-sdk.js'
import { buildPipeline, type Pipeline } from './pipeline.js'
import { checkOptions, type CheckedOptions, type TracingOptions } from './setup-options.js'
import { warnOnce } from './warn.js'
import { requireFromHere } from '../kernel/own-require.js'

export type { BackendExporter, TracingOptions } from './setup-options.js'

export interface TracingStatus {
  /** `own`: ours. `existing`: the program's provider. `off`: OTEL_SDK_DISABLED, or the SDK could not be loaded. */
  readonly mode: 'own' | 'existing' | 'off'
  /** `otlp`, `console`, `none`, `otlp,console`, `custom`, or `existing`. */
  readonly exporter: string
  /** Host and port of the OTLP endpoint. */
  readonly host: string | undefined
  readonly exported: number
  /** Spans that wait or are being sent. */
  readonly pending: number
  readonly dropped: { readonly queueFull: number; readonly exportFailed: number }
  /** Why the latest export failed: `HTTP 503`, `ECONNREFUSED`, `timeout`, the name of an error. */
  readonly lastFailure: string | undefined
}

export interface TracingHandle {
  /** Sends what has ended so far. Always resolves, after `timeoutMs` (default 5000) at the latest. */
  flush(timeoutMs?: number): Promise<void>
  /** Flushes, then stops exporting. The program's own provider is only flushed. Always resolves. */
  shutdown(): Promise<void>
  /** The status at the moment it is read. */
  readonly status: TracingStatus
}

const FLUSH_TIMEOUT_MS = 5_000

/** The one processor of our provider: it outlives `off()`, so that a later `autolog()` can export elsewhere. */
class SwitchProcessor implements SpanProcessor {
  current: SpanProcessor | undefined
  onStart(span: Span, parentContext: Context): void {
    this.current?.onStart(span, parentContext)
  }
  onEnding(span: Span): void {
    this.current?.onEnding?.(span)
  }
  onEnd(span: ReadableSpan): void {
    this.current?.onEnd(span)
  }
  async forceFlush(): Promise<void> {
    await this.current?.forceFlush()
  }
  async shutdown(): Promise<void> {
    await this.current?.shutdown()
  }
}

interface Own {
  readonly processor: SwitchProcessor
  /** The object on `globalThis` for our provider. */
  registered: TracerProvider | undefined
  /** The objects that were registered with it. */
  readonly beside: Registered
  /** Whether the program has registered a provider of its own since. */
  isGiven: boolean
  /** Those of the latest set-up. */
  options: CheckedOptions | undefined
  readonly providers: WeakSet<object>
  /** Watches the end of the process for the current pipeline. */
  exit: ExitWatch | undefined
}

const own = (): Own =>
  shared('telemetry.tracing', () => ({
    processor: new SwitchProcessor(),
    registered: undefined,
    beside: {},
    isGiven: false,
    options: undefined,
    providers: new WeakSet(),
    exit: undefined,
  }))

/**
 * Sets tracing up, synchronously. May be called again: the new exporter takes the place of the old one.
 * Throws a `ConfigError` for a bad option and nothing else.
 */
export function setUpTracing(options: TracingOptions = {}): TracingHandle {
  const checked = checkOptions(options)
  const environment = readEnvironment()
  for (const warning of environment.warnings) warnOnce(warning)
  if (environment.disabled) return offHandle()
  const provider = registeredProvider()
  if (provider && provider !== own().registered) return existingHandle(provider, checked)
  try {
    return ownHandle(checked, environment, loadSdk())
  } catch (error) {
    // For example, a bundle may lack the SDK's packages. The program must still run.
    const code = (error as { code?: unknown } | undefined)?.code
    warnOnce(
      `tracing is off: the OpenTelemetry SDK could not be set up (${typeof code === 'string' ? code : 'error'}); keep @opentelemetry/* out of the bundle`,
    )
    return offHandle()
  }
}

function existingHandle(provider: TracerProvider, checked: CheckedOptions): TracingHandle {
  if (checked.given.length > 0) {
    warnOnce(`the program has its own OpenTelemetry set-up, which is used; ignored here: ${checked.given.join(', ')}`)
  }
  const version = connectThisCopy()
  if (version) {
    warnOnce(
      `the tracer provider was registered through @opentelemetry/api ${version}, older than the one tracestitch uses: install one version of it`,
    )
  }
  connectOtherCopies(requireFromHere().cache, provider, () => false)
  const flush = (timeoutMs = FLUSH_TIMEOUT_MS): Promise<void> => atMost(timeoutMs, () => flushProvider(provider))
  return { flush, shutdown: () => flush(), status: { ...NOTHING, mode: 'existing', exporter: 'existing' } }
}

/**
 * Flushes whatever tracer provider is registered, ours or the program's. Always resolves, after `timeoutMs`
 * (default 5000) at the latest.
 */
export async function flushRegistered(timeoutMs = FLUSH_TIMEOUT_MS): Promise<void> {
  const provider = registeredProvider()
  if (provider) await atMost(timeoutMs, () => flushProvider(provider))
}

/** The API has no flush, so the SDK's is called if the provider, or its delegate, has one. */
async function flushProvider(provider: TracerProvider): Promise<void> {
  const { forceFlush, getDelegate } = provider as {
    forceFlush?: () => Promise<void>
    getDelegate?: () => TracerProvider
  }
  if (typeof forceFlush === 'function') await forceFlush.call(provider)
  else if (typeof getDelegate === 'function') await flushProvider(getDelegate.call(provider))
}

function ownHandle(checked: CheckedOptions, environment: TelemetryEnvironment, sdk: TracingSdk): TracingHandle {
  const state = own()
  state.options = checked
  const pipeline = buildPipeline(checked, environment, sdk, (some) => state.exit?.waiting(some))
  const provider = yielding(
    new sdk.trace.BasicTracerProvider({
      resource: resourceOf(checked, environment, sdk),
      spanProcessors: [state.processor],
    }),
    () => state.isGiven,
  )
  state.providers.add(provider)
  const replaced = state.processor.current
  state.processor.current = pipeline.processor
  if (replaced) void settled(() => replaced.shutdown())
  if (state.registered && registeredProvider() === state.registered) {
    // A new provider, because a resource cannot change, but service name and attributes may have.
    const { setDelegate } = state.registered as { setDelegate?: (provider: TracerProvider) => void }
    setDelegate?.call(state.registered, provider)
  } else {
    const propagators = environment.propagators.map((name) =>
      name === 'baggage' ? new sdk.core.W3CBaggagePropagator() : new sdk.core.W3CTraceContextPropagator(),
    )
    const before = { ...globalApi() }
    state.isGiven = false
    state.registered = registerGlobals(
      provider,
      () => new sdk.contextHooks.AsyncLocalStorageContextManager().enable(),
      propagators.length > 0 ? new sdk.core.CompositePropagator({ propagators }) : undefined,
    )
    const now = globalApi()
    for (const kind of ['context', 'propagation'] as const)
      if (now?.[kind] !== before[kind]) Object.assign(state.beside, { [kind]: now?.[kind] })
  }
  connectOtherCopies(requireFromHere().cache, provider, (other) => state.providers.has(other))
  makeRoom(
    () => ({ ...state.beside, trace: state.registered }),
    () => handOver(state),
  )
  return pipelineHandle(pipeline, state)
}

/** The program has set up OpenTelemetry itself, and all spans go there. */
function handOver(state: Own): void {
  state.isGiven = true
  state.registered = undefined
  const { given = [], exporter } = state.options ?? {}
  const ignored = given.filter((name) => name !== 'exporter' || exporter !== 'none')
  if (ignored.length > 0)
    warnOnce(
      `the program has set OpenTelemetry up after autolog(), and that is used from here on; ignored: ${ignored.join(', ')}`,
    )
}

function pipelineHandle(pipeline: Pipeline, state: Own): TracingHandle {
  const { processor: switcher } = state
  const { processor, counts } = pipeline
  const flush = (timeoutMs = FLUSH_TIMEOUT_MS): Promise<void> =>
    atMost(timeoutMs, async () => {
      const later = state.isGiven ? registeredProvider() : undefined
      await Promise.all([processor.forceFlush(), later && flushProvider(later)])
    })
  state.exit?.off()
  const exit = new ExitWatch({
    flush,
    pending: pipeline.pending,
    done: () => counts.exported + counts.exportFailed,
  })
  state.exit = exit
  return {
    flush,
    async shutdown() {
      exit.off()
      if (switcher.current === processor) switcher.current = undefined
      await atMost(FLUSH_TIMEOUT_MS, () => processor.shutdown())
    },
    get status(): TracingStatus {
      const { exported, queueFull, exportFailed, lastFailure } = counts
      const { name: exporter, host } = pipeline
      return {
        mode: state.isGiven ? 'existing' : 'own',
        exporter: state.isGiven ? 'existing' : exporter,
        host: state.isGiven ? undefined : host,
        exported,
        pending: pipeline.pending(),
        dropped: { queueFull, exportFailed },
        lastFailure,
      }
    },
  }
}

const NOTHING: TracingStatus = {
  mode: 'off',
  exporter: 'none',
  host: undefined,
  exported: 0,
  pending: 0,
  dropped: { queueFull: 0, exportFailed: 0 },
  lastFailure: undefined,
}

function offHandle(): TracingHandle {
  return { flush: () => Promise.resolve(), shutdown: () => Promise.resolve(), status: NOTHING }
}

function resourceOf(checked: CheckedOptions, environment: TelemetryEnvironment, { resources }: TracingSdk) {
  const serviceName = checked.serviceName ?? checked.resourceAttributes['service.name'] ?? environment.serviceName
  return resources.resourceFromAttributes({
    ...resources.defaultResource().attributes,
    // The specification's default names the executable; the SDK's would show its whole path.
    'service.name': `unknown_service:${basename(process.execPath, '.exe')}`,
    'process.pid': process.pid,
    ...environment.resourceAttributes,
    ...checked.resourceAttributes,
    ...(serviceName !== undefined && { 'service.name': serviceName }),
    'telemetry.distro.name': 'tracestitch',
    'telemetry.distro.version': VERSION,
  })
}

/** Waits for `step` to settle, but no longer than this. Keeps the process alive meanwhile. */
function atMost(ms: number, step: () => unknown): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    void settled(step).then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
