/** What `@mistralai/mistralai` 2.x traces by itself. */
import { context, propagation } from '@opentelemetry/api'
import { guard, openCall, path, type ModuleTarget, type Replace } from '../../src/autolog/contract.js'

const wantsGlobal = (): boolean => process.env['MISTRAL_SDK_TELEMETRY']?.trim().toLowerCase() === 'global'

/**
 * Its spans, which the program opts into, hold what was asked and answered. Where they would go where ours go, they are
 * not made for calls that have a span here; a provider of the client's own, or Mistral's, keeps getting them.
 */
const muted: Replace = (original, active) =>
  function (this: unknown, ...args: unknown[]) {
    const goToOurs =
      path(this, 'tracerProvider') === undefined &&
      (path(this, '_telemetryUseGlobalProvider') === true || wantsGlobal())
    if (active() && goToOurs && openCall()) return Promise.resolve(withItsHeaders(args[1]))
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

export const telemetry: ModuleTarget = {
  package: '@mistralai/mistralai',
  entry: './hooks/tracing',
  tested: '2',
  instrument: (module, patcher) => void patcher.wrap(path(module, 'TracingHook', 'prototype'), 'beforeRequest', muted),
}
