/**
 * The OpenTelemetry API takes one registration of each kind and refuses all later ones. A program that sets OpenTelemetry up
 * after `autolog()` would lose every span of its own, so ours makes room for it.
 */
import { context, propagation, trace, type Tracer, type TracerProvider } from '@opentelemetry/api'
import { guard } from '../kernel/guard.js'
import { globalApi, registeredProvider, type GlobalApi } from './global-api.js'

type Kind = 'trace' | 'context' | 'propagation'

/** What of the API registers each kind; not at import, when the API is not loaded yet. */
const registers = () =>
  [
    [trace, 'setGlobalTracerProvider', 'trace'],
    [context, 'setGlobalContextManager', 'context'],
    [propagation, 'setGlobalPropagator', 'propagation'],
  ] as const

/** What stands on `globalThis` for us. */
export type Registered = { readonly [K in Kind]?: GlobalApi[K] | undefined }

const WATCHED = Symbol.for('tracestitch.hands-over')

/**
 * Takes ours back as soon as somebody registers another of its kind.
 *
 * @param ours - Read at that moment.
 * @param given - Told when the tracer provider is not ours any more.
 */
export function makeRoom(ours: () => Registered, given: () => void): void {
  for (const [api, method, kind] of registers()) {
    const methods = api as unknown as Record<PropertyKey, unknown>
    if (methods[WATCHED] === true) continue
    const register = methods[method] as (instance: unknown) => boolean
    const watched = function (this: unknown, instance: unknown): boolean {
      guard('hand-over', () => takeBack(kind, ours()) && kind === 'trace' && given())
      return register.call(this, instance)
    }
    Object.defineProperty(methods, method, { value: watched, writable: true, configurable: true })
    Object.defineProperty(methods, WATCHED, { value: true, configurable: true })
  }
}

/** @returns whether it was ours that was there. */
function takeBack(kind: Kind, ours: Registered): boolean {
  const api = globalApi()
  if (!api || api[kind] === undefined || api[kind] !== ours[kind]) return false
  delete api[kind]
  return true
}

/**
 * A provider whose tracers go to another one once there is one: the API's own remember what they were first given.
 *
 * @param isGiven - Whether the registered provider is the program's.
 */
export function yielding<P extends TracerProvider>(provider: P, isGiven: () => boolean): P {
  const tracers = new Map<string, Tracer>()
  const getTracer = provider.getTracer.bind(provider)
  const later = (): TracerProvider | undefined => (isGiven() ? registeredProvider() : undefined)
  provider.getTracer = (name, version, options) => {
    const key = `${name}@${version ?? ''}:${options?.schemaUrl ?? ''}`
    let tracer = tracers.get(key)
    if (!tracer) {
      const own = getTracer(name, version, options)
      const current = (): Tracer => later()?.getTracer(name, version, options) ?? own
      tracer = {
        startSpan: (...given) => current().startSpan(...given),
        startActiveSpan: (...given: unknown[]) => (current().startActiveSpan as (...all: unknown[]) => never)(...given),
      }
      tracers.set(key, tracer)
    }
    return tracer
  }
  return provider
}
