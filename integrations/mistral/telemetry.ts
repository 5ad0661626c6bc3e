/** The spans that `@mistralai/mistralai` 2.x makes itself. */
import { context, propagation, trace, type ProxyTracerProvider } from '@opentelemetry/api'
import { guard, openCall, path, type ModuleTarget, type Replace } from '../../src/autolog/contract.js'

const wantsGlobal = (): boolean => process.env['MISTRAL_SDK_TELEMETRY']?.trim().toLowerCase() === 'global'

/** For each loaded copy, a function that returns the provider that the program has registered for all clients. */
const registered = new Set<() => unknown>()

/** Whether our spans go to this provider too: they go to the global one, whoever has set it. */
function isOurs(provider: unknown): boolean {
  const global = trace.getTracerProvider() as Partial<ProxyTracerProvider>
  return provider !== undefined && (provider === global || provider === global.getDelegate?.())
}

/** Looks for the provider in the same order as the hook. */
function goesToOurs(hook: unknown): boolean {
  const own = path(hook, 'tracerProvider')
  if (own !== undefined) return isOurs(own)
  if (path(hook, '_telemetryUseGlobalProvider') === true || wantsGlobal()) return true
  return [...registered].some((get) => isOurs(get()))
}

/**
 * Keeps the SDK from making spans for calls that have a span here. The program has to turn them on, and they contain the content of
 * the call. If they go to another provider, or to Mistral, they are still made.
 */
const muted: Replace = (original, active) =>
  function (this: unknown, ...args: unknown[]) {
    if (active() && openCall() && goesToOurs(this)) return Promise.resolve(withItsHeaders(args[1]))
    return Reflect.apply(original, this, args)
  }

/** Adds the trace headers that the hook would have added, but for our span. */
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
