/** Replaces methods so that the replacement can be taken back exactly. */
import { types } from 'node:util'
import { watchChannel } from './channel.js'
import type { Declared, Patcher, Replace } from './contract.js'
import { instrumentDuplex } from './duplex.js'
import { instrumentHandlers } from './handlers.js'
import type { Told } from './reader.js'
import type { Bindings } from './live-exports.js'
import { locateRuns } from './locate.js'
import { instrumentStep } from './instrument-step.js'
import { isPatched, markOf, withMark, type Mark } from './patch-mark.js'

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown
type Holder = Record<PropertyKey, unknown>

export interface PatcherContext {
  readonly integration: string
  readonly format: 'esm' | 'cjs'
  readonly options: Readonly<Record<string, unknown>>
  /** Makes the replacement of a declared model call. */
  readonly call: (declared: Declared, tell?: (what: Told) => void) => Replace
  /** Exports of the module that can be set. */
  readonly bindings?: Bindings | undefined
  /** Told of each call of a method whose answer or stream cannot be read, or which another tool traces. */
  readonly told?: (method: string, what: Told) => void
}

export interface PatchSession {
  readonly patcher: Patcher
  /** Patches that took hold, those found already in place included. */
  readonly held: number
  /** Why a patch did not take hold, in words for the report. */
  readonly misses: readonly string[]
  /** Exports that only a loader could have replaced. */
  readonly fixed: readonly string[]
  /** Faults and notes that the report says in any case. */
  readonly faults: readonly string[]
  off(): void
}

/** Name, length and what else hangs on the original, so that code which looks at the method sees no difference. */
function disguise(replacement: AnyFunction, original: AnyFunction, mark: Mark): AnyFunction {
  const descriptors: PropertyDescriptorMap & { [key: PropertyKey]: PropertyDescriptor } = {
    ...Object.getOwnPropertyDescriptors(original),
    ...withMark(mark),
  }
  for (const key of ['prototype', 'arguments', 'caller']) delete descriptors[key]
  Object.defineProperties(replacement, descriptors)
  return replacement
}

function findDescriptor(holder: object, key: string): PropertyDescriptor | undefined {
  for (let at: object | null = holder; at; at = Object.getPrototypeOf(at) as object | null) {
    const found = Object.getOwnPropertyDescriptor(at, key)
    if (found) return found
  }
  return undefined
}

export function createPatcher(context: PatcherContext): PatchSession {
  const undos: (() => void)[] = []
  const misses: string[] = []
  const faults: string[] = []
  const fixed: string[] = []
  let active = true
  let held = 0
  const isActive = (): boolean => active

  function miss(method: string, why: string): false {
    misses.push(`${method} ${why}`)
    return false
  }

  function replaced(original: AnyFunction, replace: Replace): AnyFunction {
    const replacement = replace(original, isActive)
    if (replacement === original) return original
    return disguise(replacement, original, { by: context.integration, active: isActive, inner: markOf(original) })
  }

  /** A getter that makes the method: what it returns is replaced, once for each function it returns. */
  function replacedGetter(get: () => unknown, replace: Replace): () => unknown {
    const known = new WeakMap<AnyFunction, AnyFunction>()
    const getter = function (this: unknown): unknown {
      const value = Reflect.apply(get, this, []) as unknown
      if (!active || typeof value !== 'function' || isPatched(value, context.integration)) return value
      const original = value as AnyFunction
      if (!known.has(original)) known.set(original, replaced(original, replace))
      return known.get(original)
    }
    return disguise(getter, get, { by: context.integration, active: isActive, inner: markOf(get) })
  }

  /** Puts `next` in place and remembers how to go back to what `holder` itself had, or had not. */
  function install(holder: Holder, method: string, next: PropertyDescriptor): boolean {
    const before = Object.getOwnPropertyDescriptor(holder, method)
    try {
      Object.defineProperty(holder, method, next)
    } catch {
      return miss(method, 'is read-only')
    }
    undos.push(() => {
      const now = Object.getOwnPropertyDescriptor(holder, method)
      // somebody wrapped after us: their function holds ours, which only passes through from here on
      if (now?.value !== next.value || now?.get !== next.get) return
      if (before) Object.defineProperty(holder, method, before)
      else delete holder[method]
    })
    held++
    return true
  }

  /** An export of an ES module, which can be set where the module stands behind a facade. */
  function installExport(namespace: object, name: string, replace: Replace): boolean {
    if (!(name in namespace)) return miss(name, 'is not there')
    const binding = context.bindings?.[name]
    const original = binding?.get()
    if (!binding || typeof original !== 'function') {
      fixed.push(name)
      return false
    }
    if (!isPatched(original, context.integration)) {
      const next = replaced(original as AnyFunction, replace)
      binding.set(next)
      undos.push(() => {
        if (binding.get() === next) binding.set(original)
      })
    }
    held++
    return true
  }

  const patcher: Patcher = {
    format: context.format,
    options: context.options,
    call: (holder, method, declared) =>
      patcher.wrap(
        holder,
        method,
        context.call(declared, (what) => context.told?.(method, what)),
      ),
    wrap(holder, method, replace) {
      if (!active) return false
      if ((typeof holder !== 'object' && typeof holder !== 'function') || holder === null) {
        return miss(method, 'has no holder')
      }
      if (types.isModuleNamespaceObject(holder)) return installExport(holder, method, replace)
      const found = findDescriptor(holder, method)
      if (!found) return miss(method, 'is not there')
      if (isPatched(found.get ?? found.value, context.integration)) {
        held++
        return true
      }
      const configurable = Object.hasOwn(holder, method) ? found.configurable === true : true
      if (!found.get && typeof found.value !== 'function') return miss(method, 'is not a function')
      let next: PropertyDescriptor
      try {
        next = found.get
          ? { ...found, get: replacedGetter(found.get, replace), configurable }
          : { ...found, value: replaced(found.value as AnyFunction, replace), configurable }
      } catch {
        // a fault of the integration, which the report says
        return miss(method, 'could not be wrapped')
      }
      return install(holder as Holder, method, next)
    },
    duplex(holder, declared) {
      const replace = instrumentDuplex(declared, (what) => context.told?.('the connection', what))
      return declared.send.map((method) => patcher.wrap(holder, method, replace)).some(Boolean)
    },
    step: (holder, method, declared) => patcher.wrap(holder, method, instrumentStep(declared)),
    asStep: (fn, declared) => replaced(fn as unknown as AnyFunction, instrumentStep(declared)) as unknown as typeof fn,
    handler: (holder, method, lookup) => patcher.wrap(holder, method, instrumentHandlers(lookup, patcher.asStep)),
    channel(name, begin) {
      patcher.hook(watchChannel(name, begin, (what) => context.told?.(name, what)))
    },
    exemplar(make) {
      try {
        const made = make()
        if ((typeof made === 'object' && made !== null) || typeof made === 'function') return made
        faults.push('an object to reach a class by is not one')
      } catch (error) {
        const why = types.isNativeError(error) ? `: ${error.message}` : ''
        faults.push(`an object to reach a class by could not be made${why}`)
      }
      return undefined
    },
    locate: (bridge, current) => patcher.hook(locateRuns(bridge, current)),
    note: (what) => void faults.push(what),
    hook(undo) {
      if (!active) {
        undo()
        return
      }
      held++
      undos.push(undo)
    },
  }

  return {
    patcher,
    misses,
    fixed,
    faults,
    get held() {
      return held
    },
    off() {
      active = false
      for (const undo of undos.splice(0).reverse()) {
        try {
          undo()
        } catch {
          // one undo that fails must not keep the others from running; the patch itself is inactive already
        }
      }
    },
  }
}
