/**
 * What is registered with the OpenTelemetry API, across all copies of `@opentelemetry/api` in the process. Copies share one object
 * on `globalThis`. But a copy with a newer minor version than the one that made the object ignores it, and tracers that a copy
 * returned before a registration through another copy never record.
 */
import { context, ProxyTracerProvider, propagation, trace } from '@opentelemetry/api'
import type { ContextManager, MeterProvider, TextMapPropagator, TracerProvider } from '@opentelemetry/api'

/** The object that all copies of the API share. */
export interface GlobalApi {
  version?: string
  trace?: TracerProvider
  context?: ContextManager
  propagation?: TextMapPropagator
  metrics?: MeterProvider
}

interface ProxyProvider {
  _delegate?: TracerProvider
  setDelegate?: (provider: TracerProvider) => void
}

const KEY = Symbol.for('opentelemetry.js.api.1')

export const globalApi = (): GlobalApi | undefined => (globalThis as { [KEY]?: GlobalApi })[KEY]

/** Puts `api` in its place. Returns what was there. */
export function setGlobalApi(api: GlobalApi | undefined): GlobalApi | undefined {
  const before = globalApi()
  if (api) Object.assign(globalThis, { [KEY]: api })
  else delete (globalThis as { [KEY]?: GlobalApi })[KEY]
  return before
}

/** The registered tracer provider, whichever copy of the API registered it. */
export function registeredProvider(): TracerProvider | undefined {
  return globalApi()?.trace
}

/** Whether somebody has registered a context manager, so that the active context reaches later code. */
export function carriesContext(): boolean {
  return globalApi()?.context !== undefined
}

/** The registered meter provider, whichever copy of the API registered it. */
export function registeredMeterProvider(): MeterProvider | undefined {
  return globalApi()?.metrics
}

/** Registers what is not registered yet. @returns The registered object for the tracer provider. */
export function registerGlobals(
  provider: TracerProvider,
  contextManager: () => ContextManager,
  propagator: TextMapPropagator | undefined,
): TracerProvider {
  trace.setGlobalTracerProvider(provider)
  // Checked first, because the API reports a second registration as an error.
  if (!globalApi()?.context) context.setGlobalContextManager(contextManager())
  if (!globalApi()?.propagation && propagator) propagation.setGlobalPropagator(propagator)
  const api = globalApi()
  if (api) {
    // The API registers nothing if a copy of another version made the shared object, for example by setting a logger.
    if (!api.trace) {
      const proxy = new ProxyTracerProvider()
      proxy.setDelegate(provider)
      api.trace = proxy
    }
    api.context ??= contextManager()
    if (propagator) api.propagation ??= propagator
  }
  connectThisCopy()
  return registeredProvider() ?? provider
}

/**
 * Lets this copy of the API see a provider that was registered through an older copy.
 *
 * @returns The version of that copy, if this was needed.
 */
export function connectThisCopy(): string | undefined {
  const api = globalApi()
  if (!api?.trace || trace.getTracerProvider() === api.trace) return undefined
  const { _proxyTracerProvider: proxy } = trace as unknown as { _proxyTracerProvider?: ProxyProvider }
  proxy?.setDelegate?.(api.trace)
  const own = context as unknown as { _getContextManager?: () => unknown }
  const { context: manager } = api
  if (manager && typeof own._getContextManager === 'function') own._getContextManager = () => manager
  return api.version ?? 'unknown'
}

const API_ENTRY = /@opentelemetry[\\/]api[\\/]build[\\/]src[\\/]index\.js$/

/**
 * Connects every other loaded copy of the API that has no provider, or one that `replaceable` accepts. The API is CommonJS even
 * when it is imported, so all copies are in `require.cache`.
 */
export function connectOtherCopies(
  cache: NodeJS.Dict<NodeModule>,
  provider: TracerProvider,
  replaceable: (provider: TracerProvider) => boolean,
): void {
  for (const [file, module] of Object.entries(cache)) {
    if (!API_ENTRY.test(file)) continue
    const { trace: other } = (module?.exports ?? {}) as { trace?: { _proxyTracerProvider?: ProxyProvider } }
    const proxy = other?._proxyTracerProvider
    if (!proxy || (other as unknown) === trace) continue
    if (proxy._delegate === undefined || replaceable(proxy._delegate)) proxy.setDelegate?.(provider)
  }
}
