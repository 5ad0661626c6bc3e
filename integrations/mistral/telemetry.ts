/** What `@mistralai/mistralai` 2.x traces by itself. */
import { context, propagation, trace, type ProxyTracerProvider } from '@opentelemetry/api'
import { guard, openCall, path, type ModuleTarget, type Replace } from '../../src/autolog/contract.js'

const wantsGlobal = (): boolean => process.env['MISTRAL_SDK_TELEMETRY']?.trim().toLowerCase() === 'global'

/** What tells of the provider that the program has registered for all clients, of each copy that is loaded. */
const registered = new Set<() => unknown>()

/** Ours go to the global provider, whoever has set it. */
function isOurs(provider: unknown): boolean {
  const global = trace.getTracerProvider() as Partial<ProxyTracerProvider>
  return provider !== undefined && (provider === global || provider === global.getDelegate?.())
}

/** In the order in which the hook looks for its provider. */
function goesToOurs(hook: unknown): boolean {
  const own = path(hook, 'tracerProvider')
  if (own !== undefined) return isOurs(own)
  if (path(hook, '_telemetryUseGlobalProvider') === true || wantsGlobal()) return true
  return [...registered].some((get) => isOurs(get()))
}

/**
 * Its spans, which the program opts into, hold what was asked and answered. Where they would go where ours go, they are
 * not made for calls that have a span here; another provider, or Mistral's, keeps getting them.
 */
const muted: Replace = (original, active) =>
  function (this: unknown, ...args: unknown[]) {
    if (active() && openCall() && goesToOurs(this)) return Promise.resolve(withItsHeaders(args[1]))
    return Reflect.apply(original, this, args)
  }

/** The trace headers that it would have put on the request, for the span that stands in its place. */
function withItsHeaders(request: unknown): unknown {
  guard('propagation', () => {
    const headers = path(request, 'headers')
    if (!(headers instanceof Headers)) return
    propagation.inject(context.active(), headers, { set: (carrier, name, value) => carrier.set(name, value) })
  })
  return request
}

export const telemetry: readonly ModuleTarget[] = [
  {
    package: '@mistralai/mistralai',
    entry: './hooks/tracing',
    tested: '2',
    instrument: (module, patcher) =>
      void patcher.wrap(path(module, 'TracingHook', 'prototype'), 'beforeRequest', muted),
  },
  {
    package: '@mistralai/mistralai',
    entry: './extra/observability',
    tested: '2',
    instrument(module, patcher) {
      const get = module['getRegisteredTracerProvider']
      if (typeof get !== 'function') return
      const ask = (): unknown => Reflect.apply(get, undefined, [])
      registered.add(ask)
      patcher.hook(() => registered.delete(ask))
    },
  },
]
