/**
 * The OpenTelemetry API takes one registration of each kind and refuses all later ones. A program that sets OpenTelemetry up
 * after `autolog()` would lose every span of its own, so what we have registered gives way to what it registers.
 */
import { context, propagation, trace } from '@opentelemetry/api'
import { guard } from '../../kernel/guard.js'
import { isObject } from '../../kernel/json.js'
import { shared } from '../../kernel/state.js'
import { connectThisCopy, globalApi, setGlobalApi, type GlobalApi } from './global-api.js'

type Kind = 'trace' | 'context' | 'propagation'

/** The method of the API that registers each kind. */
const METHODS = [
  ['trace', 'setGlobalTracerProvider'],
  ['context', 'setGlobalContextManager'],
  ['propagation', 'setGlobalPropagator'],
] as const

/** Those of our own copy. A function, because that copy is not loaded yet at import. */
const ourApis = (): readonly object[] => [trace, context, propagation]

/** A copy of the API. */
export type ApiCopy = Readonly<Record<Kind, unknown>>

/** Those objects on `globalThis` that we have registered. */
export type OwnGlobals = { readonly [K in Kind]?: GlobalApi[K] | undefined }

const WATCHED = Symbol.for('tracestitch.watched')

interface OwnRegistration {
  /** Read at the moment of another registration. */
  readonly globals: () => OwnGlobals
  /** Called when the program registers a tracer provider in place of ours. */
  readonly onReplaced: () => void
}

const latest = (): { own?: OwnRegistration } => shared('telemetry.registration', () => ({}))

/**
 * Removes what we have registered as soon as somebody registers another of its kind.
 *
 * @param globals - Read at that moment.
 * @param onReplaced - Called when the program registers a tracer provider in place of ours.
 */
export function giveWay(globals: OwnRegistration['globals'], onReplaced: OwnRegistration['onReplaced']): void {
  latest().own = { globals, onReplaced }
  watchRegistrations({ trace, context, propagation })
}

/** Does the same for registrations through this copy of the API, which the program may have beside ours. */
export function watchRegistrations(copy: ApiCopy): void {
  for (const [kind, method] of METHODS) {
    const api = copy[kind]
    if (!isObject(api)) continue
    const methods: Record<PropertyKey, unknown> = api
    const register = methods[method]
    if (methods[WATCHED] === true || typeof register !== 'function') continue
    const isOurs = ourApis().includes(api)
    const watched = function (this: unknown, instance: unknown): unknown {
      const { own } = latest()
      const isRemoved = guard('registration', () => own !== undefined && removeOwn(kind, own.globals())) === true
      if (isRemoved && kind === 'trace') guard('registration', () => own?.onReplaced())
      const add = (): unknown => Reflect.apply(register, this, [instance])
      if (isOurs) return add()
      try {
        return isRemoved ? registerAnew(add) : add()
      } finally {
        // Ours does not see what an older copy registers.
        guard('registration', connectThisCopy)
      }
    }
    Object.defineProperty(methods, method, { value: watched, writable: true, configurable: true })
    Object.defineProperty(methods, WATCHED, { value: true, configurable: true })
  }
}

/**
 * Registers through a copy of another version, which refuses the shared object that ours has made. It makes one of its own,
 * which then gets what the first one held.
 */
function registerAnew(register: () => unknown): unknown {
  const before = setGlobalApi(undefined)
  try {
    return register()
  } finally {
    guard('registration', () => setGlobalApi({ ...before, ...globalApi() }))
  }
}

/** @returns Whether it was ours that was there. */
function removeOwn(kind: Kind, own: OwnGlobals): boolean {
  const api = globalApi()
  if (!api || api[kind] === undefined || api[kind] !== own[kind]) return false
  delete api[kind]
  return true
}
