/**
 * The OpenTelemetry API takes one registration of each kind and refuses all later ones. A program that sets OpenTelemetry up
 * after `autolog()` would lose every span of its own, so ours makes room for it.
 */
import { context, propagation, trace, type Tracer, type TracerProvider } from '@opentelemetry/api'
import { guard } from '../kernel/guard.js'
import { isObject } from '../kernel/json.js'
import { shared } from '../kernel/state.js'
import { connectThisCopy, globalApi, registeredProvider, setGlobalApi, type GlobalApi } from './global-api.js'

type Kind = 'trace' | 'context' | 'propagation'

/** What of the API registers each kind. */
const REGISTERS = [
  ['trace', 'setGlobalTracerProvider'],
  ['context', 'setGlobalContextManager'],
  ['propagation', 'setGlobalPropagator'],
] as const

/** Those of our own copy; not at import, when it is not loaded yet. */
const ourApis = (): readonly object[] => [trace, context, propagation]

/** A copy of the API. */
export type ApiCopy = Readonly<Record<Kind, unknown>>

/** What stands on `globalThis` for us. */
export type Registered = { readonly [K in Kind]?: GlobalApi[K] | undefined }

const WATCHED = Symbol.for('tracestitch.hands-over')

interface Room {
  /** Read at the moment of a registration. */
  ours: () => Registered
  /** Told when the tracer provider is not ours any more. */
  given: () => void
}

const room = (): Partial<Room> => shared('telemetry.room', () => ({}))

/**
 * Takes ours back as soon as somebody registers another of its kind.
 *
 * @param ours - Read at that moment.
 * @param given - Told when the tracer provider is not ours any more.
 */
export function makeRoom(ours: Room['ours'], given: Room['given']): void {
  Object.assign(room(), { ours, given })
  watchRegistrations({ trace, context, propagation })
}

/** Makes room for what is registered through this copy of the API, which the program may have beside ours. */
export function watchRegistrations(copy: ApiCopy): void {
  for (const [kind, method] of REGISTERS) {
    const api = copy[kind]
    if (!isObject(api)) continue
    const methods: Record<PropertyKey, unknown> = api
    const register = methods[method]
    if (methods[WATCHED] === true || typeof register !== 'function') continue
    const isOurs = ourApis().includes(api)
    const watched = function (this: unknown, instance: unknown): unknown {
      const { ours, given } = room()
      const isTaken = guard('hand-over', () => ours !== undefined && takeBack(kind, ours())) === true
      if (isTaken && kind === 'trace') guard('hand-over', () => given?.())
      const add = (): unknown => Reflect.apply(register, this, [instance])
      return isTaken && !isOurs ? registerAnew(add) : add()
    }
    Object.defineProperty(methods, method, { value: watched, writable: true, configurable: true })
    Object.defineProperty(methods, WATCHED, { value: true, configurable: true })
  }
}

/**
 * A copy of another version refuses to register beside what ours has made. So it makes the shared object itself, which then
 * gets the rest.
 */
function registerAnew(register: () => unknown): unknown {
  const before = setGlobalApi(undefined)
  try {
    return register()
  } finally {
    guard('hand-over', () => {
      setGlobalApi({ ...before, ...globalApi() })
      connectThisCopy()
    })
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
