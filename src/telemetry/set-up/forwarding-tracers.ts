/** Tracers whose provider can be replaced later. */
import { ProxyTracerProvider, type Tracer, type TracerProvider } from '@opentelemetry/api'

/** A tracer of our own provider, or `undefined` when there is none: then nothing is recorded. */
export type OwnTracer = (...asked: Parameters<TracerProvider['getTracer']>) => Tracer | undefined

/**
 * The `getTracer` of a provider whose tracers ask for `ownTracer` with their first span, and forward to `replacement` once there
 * is one. Tracers of the API keep the provider that they were first given.
 */
export function forwardingTracers(
  ownTracer: OwnTracer,
  replacement: () => TracerProvider | undefined,
): TracerProvider['getTracer'] {
  const tracers = new Map<string, Tracer>()
  return (name, version, options) => {
    const key = `${name}@${version ?? ''}:${options?.schemaUrl ?? ''}`
    let tracer = tracers.get(key)
    if (!tracer) {
      let own: Tracer | undefined
      const current = (): Tracer =>
        replacement()?.getTracer(name, version, options) ??
        (own ??= ownTracer(name, version, options)) ??
        new ProxyTracerProvider().getTracer(name, version, options)
      tracer = {
        startSpan: (...args) => current().startSpan(...args),
        startActiveSpan: (...args: unknown[]) => (current().startActiveSpan as (...args: unknown[]) => never)(...args),
      }
      tracers.set(key, tracer)
    }
    return tracer
  }
}
