/** A tracer provider that can be replaced later, for tracers that were taken from it before as well. */
import type { Tracer, TracerProvider } from '@opentelemetry/api'
import { registeredProvider } from './global-api.js'

/**
 * Makes the tracers of `provider` forward to the registered provider once that is the program's: tracers of the API keep
 * the provider that they were first given.
 *
 * @param isReplaced - Whether the registered provider is the program's.
 */
export function forwardingProvider<P extends TracerProvider>(provider: P, isReplaced: () => boolean): P {
  const tracers = new Map<string, Tracer>()
  const getTracer = provider.getTracer.bind(provider)
  const replacement = (): TracerProvider | undefined => (isReplaced() ? registeredProvider() : undefined)
  provider.getTracer = (name, version, options) => {
    const key = `${name}@${version ?? ''}:${options?.schemaUrl ?? ''}`
    let tracer = tracers.get(key)
    if (!tracer) {
      const own = getTracer(name, version, options)
      const current = (): Tracer => replacement()?.getTracer(name, version, options) ?? own
      tracer = {
        startSpan: (...args) => current().startSpan(...args),
        startActiveSpan: (...args: unknown[]) => (current().startActiveSpan as (...args: unknown[]) => never)(...args),
      }
      tracers.set(key, tracer)
    }
    return tracer
  }
  return provider
}
