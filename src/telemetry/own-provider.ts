/** Our own tracer provider: registered when the program has none, and replaced when the program registers one later. */
import type { Context, TracerProvider } from '@opentelemetry/api'
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { requireFromHere } from '../kernel/own-require.js'
import { shared } from '../kernel/state.js'
import type { TelemetryEnvironment } from './env.js'
import { ExitWatch } from './exit.js'
import { atMost, flushProvider, FLUSH_TIMEOUT_MS, settled } from './flush.js'
import { forwardingProvider } from './forwarding-provider.js'
import { connectOtherCopies, globalApi, registeredProvider, registerGlobals } from './global-api.js'
import type { TracingSdk } from './load-sdk.js'
import { resourceOf } from './own-resource.js'
import { buildPipeline, type Pipeline } from './pipeline.js'
import { giveWay, type OwnGlobals } from './registration.js'
import type { CheckedOptions } from './setup-options.js'
import type { TracingHandle, TracingStatus } from './tracing-handle.js'
import { warnOnce } from './warn.js'

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
  /** The context manager and the propagator that were registered with it. */
  readonly beside: OwnGlobals
  /** Whether the program has registered a provider of its own since. */
  isReplaced: boolean
  /** Those of the latest set-up. */
  options: CheckedOptions | undefined
  readonly providers: WeakSet<object>
  /** Sends the spans of the current pipeline when the process ends. */
  exit: ExitWatch | undefined
}

const own = (): Own =>
  shared('telemetry.tracing', () => ({
    processor: new SwitchProcessor(),
    registered: undefined,
    beside: {},
    isReplaced: false,
    options: undefined,
    providers: new WeakSet(),
    exit: undefined,
  }))

export function isOwnProvider(provider: TracerProvider): boolean {
  return provider === own().registered
}

/** Whether spans of our own provider are exported already. */
export function hasOwnPipeline(): boolean {
  return own().processor.current !== undefined
}

/**
 * Exports with these options from here on. The first time, our provider is registered.
 *
 * @throws when a package of the SDK cannot be loaded.
 */
export function setUpOwnProvider(
  checked: CheckedOptions,
  environment: TelemetryEnvironment,
  sdk: TracingSdk,
): TracingHandle {
  const state = own()
  state.options = checked
  const pipeline = buildPipeline(checked, environment, sdk, (some) => state.exit?.waiting(some))
  const provider = forwardingProvider(
    new sdk.trace.BasicTracerProvider({
      resource: resourceOf(checked, environment, sdk),
      spanProcessors: [state.processor],
    }),
    () => state.isReplaced,
  )
  state.providers.add(provider)
  const previous = state.processor.current
  state.processor.current = pipeline.processor
  if (previous) void settled(() => previous.shutdown())
  if (state.registered && registeredProvider() === state.registered) {
    // A new provider, because a resource cannot change, but service name and attributes may have.
    const { setDelegate } = state.registered as { setDelegate?: (provider: TracerProvider) => void }
    setDelegate?.call(state.registered, provider)
  } else register(provider, environment, sdk)
  connectOtherCopies(requireFromHere().cache, provider, (other) => state.providers.has(other))
  giveWay(
    () => ({ ...state.beside, trace: state.registered }),
    () => replaced(state),
  )
  return handleOf(pipeline, state)
}

/** Registers the provider, and a context manager and a propagator where the program has none. */
function register(provider: TracerProvider, { propagators: names }: TelemetryEnvironment, sdk: TracingSdk): void {
  const state = own()
  const propagators = names.map((name) =>
    name === 'baggage' ? new sdk.core.W3CBaggagePropagator() : new sdk.core.W3CTraceContextPropagator(),
  )
  const before = { ...globalApi() }
  state.isReplaced = false
  state.registered = registerGlobals(
    provider,
    () => new sdk.contextHooks.AsyncLocalStorageContextManager().enable(),
    propagators.length > 0 ? new sdk.core.CompositePropagator({ propagators }) : undefined,
  )
  const now = globalApi()
  for (const kind of ['context', 'propagation'] as const)
    if (now?.[kind] !== before[kind]) Object.assign(state.beside, { [kind]: now?.[kind] })
}

/** The program has set up OpenTelemetry itself, and all spans go there. */
function replaced(state: Own): void {
  state.isReplaced = true
  state.registered = undefined
  const { given = [], exporter } = state.options ?? {}
  const ignored = given.filter((name) => name !== 'exporter' || exporter !== 'none')
  if (ignored.length > 0)
    warnOnce(
      `the program has set OpenTelemetry up after autolog(), and that is used from here on; ignored: ${ignored.join(', ')}`,
    )
}

function handleOf(pipeline: Pipeline, state: Own): TracingHandle {
  const { processor: switcher } = state
  const { processor, counts } = pipeline
  const flush = (timeoutMs = FLUSH_TIMEOUT_MS): Promise<void> =>
    atMost(timeoutMs, async () => {
      const later = state.isReplaced ? registeredProvider() : undefined
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
        mode: state.isReplaced ? 'existing' : 'own',
        exporter: state.isReplaced ? 'existing' : exporter,
        host: state.isReplaced ? undefined : host,
        exported,
        pending: pipeline.pending(),
        dropped: { queueFull, exportFailed },
        lastFailure,
      }
    },
  }
}
