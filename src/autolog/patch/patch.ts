/** Replaces methods in a way that can be undone exactly. */
import { types } from 'node:util'
import { watchChannel } from '../calls/channel.js'
import type { Declared, Patcher, Replace } from '../contract.js'
import { instrumentDuplex } from '../calls/duplex.js'
import { instrumentHandlers } from './handlers.js'
import type { Notice } from '../calls/reader.js'
import type { Bindings } from './live-exports.js'
import { locateRuns } from '../calls/locate.js'
import { instrumentStep } from '../calls/instrument-step.js'
import { isPatched, markOf, withMark, type Mark } from './patch-mark.js'

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown
type Holder = Record<PropertyKey, unknown>

export interface PatcherContext {
  readonly integration: string
  readonly format: 'esm' | 'cjs'
  readonly options: Readonly<Record<string, unknown>>
  /** For `wrap()`. Default: a module is patched. */
  readonly isOneClient?: boolean
  /** Makes the replacement of a declared model call. */
  readonly call: (declared: Declared, report?: (notice: Notice) => void) => Replace
  /** Exports of the module that can be assigned. */
  readonly bindings?: Bindings | undefined
  /** Called for each call whose answer or stream cannot be read, or which another tool traces. */
  readonly report?: (method: string, notice: Notice) => void
}

export interface PatchSession {
  readonly patcher: Patcher
  /** How many patches are in place, including those that were there before. */
  readonly held: number
  /** Why patches failed, in words for the report. */
  readonly misses: readonly string[]
  /** Exports that could only have been replaced while the module loaded. */
  readonly fixed: readonly string[]
  /** Faults and notes that are always in the report. */
  readonly faults: readonly string[]
  off(): void
}

/** Copies name, length and other properties of the original, so that code which inspects the method sees no difference. */
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
  /** What each replacement was made for. */
  const declarations = new WeakMap<object, unknown>()
  let active = true
  let held = 0
  const isActive = (): boolean => active

  function miss(method: string, why: string): false {
    misses.push(`${method} ${why}`)
    return false
  }

  /**
   * Counts a method that has a patch of this integration already: by another entry of the package, or by a copy of this
   * one. Two different declarations in one session are a fault of the integration, because the second has no effect.
   */
  function keep(current: object, method: string, declared: unknown): true {
    const first = declarations.get(current)
    if (first !== undefined && first !== declared) faults.push(`${method} is declared twice, and the first is used`)
    held++
    return true
  }

  function replaced(original: AnyFunction, replace: Replace): AnyFunction {
    const replacement = replace(original, isActive)
    if (replacement === original) return original
    return disguise(replacement, original, { by: context.integration, active: isActive, inner: markOf(original) })
  }

  /** For a getter that returns the method: replaces each function that it returns, once. */
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

  /** Puts `next` in place. `off()` restores what `holder` itself had, or removes it again. */
  function install(holder: Holder, method: string, next: PropertyDescriptor): boolean {
    const before = Object.getOwnPropertyDescriptor(holder, method)
    try {
      Object.defineProperty(holder, method, next)
    } catch {
      return miss(method, 'is read-only')
    }
    undos.push(() => {
      const now = Object.getOwnPropertyDescriptor(holder, method)
      // Somebody has wrapped our function since. It stays, and only calls the original from here on.
      if (now?.value !== next.value || now?.get !== next.get) return
      if (before) Object.defineProperty(holder, method, before)
      else delete holder[method]
    })
    held++
    return true
  }

  /** For an export of an ES module. It can be assigned if the module is behind a facade. */
  function installExport(namespace: object, name: string, replace: Replace, declared: unknown): boolean {
    if (!(name in namespace)) return miss(name, 'is not there')
    const binding = context.bindings?.[name]
    const original = binding?.get()
    if (!binding || typeof original !== 'function') {
      fixed.push(name)
      return false
    }
    if (isPatched(original, context.integration)) return keep(original, name, declared)
    const next = replaced(original as AnyFunction, replace)
    declarations.set(next, declared)
    binding.set(next)
    undos.push(() => {
      if (binding.get() === next) binding.set(original)
    })
    held++
    return true
  }

  /** @param declared - What `replace` was made from. */
  function patch(holder: unknown, method: string, replace: Replace, declared: unknown): boolean {
    if (!active) return false
    if ((typeof holder !== 'object' && typeof holder !== 'function') || holder === null) {
      return miss(method, 'has no holder')
    }
    if (types.isModuleNamespaceObject(holder)) return installExport(holder, method, replace, declared)
    const found = findDescriptor(holder, method)
    if (!found) return miss(method, 'is not there')
    const current: unknown = found.get ?? found.value
    if (typeof current !== 'function') return miss(method, 'is not a function')
    if (isPatched(current, context.integration)) return keep(current, method, declared)
    const configurable = Object.hasOwn(holder, method) ? found.configurable === true : true
    let next: PropertyDescriptor
    try {
      next = found.get
        ? { ...found, get: replacedGetter(found.get, replace), configurable }
        : { ...found, value: replaced(current as AnyFunction, replace), configurable }
    } catch {
      // A fault of the integration; the report has it.
      return miss(method, 'could not be wrapped')
    }
    const installed: unknown = next.get ?? next.value
    if (installed !== current) declarations.set(installed as object, declared)
    return install(holder as Holder, method, next)
  }

  const patcher: Patcher = {
    format: context.format,
    options: context.options,
    isOneClient: context.isOneClient === true,
    call(holder, method, declared, otherwise) {
      const asCall = context.call(declared, (notice) => context.report?.(method, notice))
      const asStep = otherwise && instrumentStep(otherwise)
      const both: Replace = (original, isOn) => asCall(asStep ? asStep(original, isOn) : original, isOn)
      return patch(holder, method, asStep ? both : asCall, declared)
    },
    wrap: (holder, method, replace) => patch(holder, method, replace, replace),
    duplex(holder, declared) {
      const replace = instrumentDuplex(declared, (notice) => context.report?.('the connection', notice))
      return declared.send.map((method) => patch(holder, method, replace, declared)).some(Boolean)
    },
    step: (holder, method, declared) => patch(holder, method, instrumentStep(declared), declared),
    asStep: (fn, declared) => replaced(fn as unknown as AnyFunction, instrumentStep(declared)) as unknown as typeof fn,
    handler: (holder, method, lookup) => patch(holder, method, instrumentHandlers(lookup, patcher.asStep), lookup),
    channel(name, begin) {
      patcher.hook(watchChannel(name, begin, (notice) => context.report?.(name, notice)))
    },
    exemplar(make) {
      try {
        const made = make()
        if ((typeof made === 'object' && made !== null) || typeof made === 'function') return made
        faults.push('exemplar() returned no object')
      } catch (error) {
        const why = types.isNativeError(error) ? `: ${error.message}` : ''
        faults.push(`exemplar() failed${why}`)
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
          // One undo that fails must not stop the others. The patch is inactive already.
        }
      }
    },
  }
}
