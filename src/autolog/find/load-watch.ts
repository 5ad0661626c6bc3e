/**
 * Sees modules that load after `autolog()`, before the code that asked for them runs.
 *
 * An ES module gets one more line, which passes its namespace to us when it has been evaluated. Loading it from the resolve
 * hook instead would change the order of evaluation, and on Node 22 it breaks imports that are in flight
 * (ERR_INTERNAL_ASSERTION). The load hook is only there while such a module loads, since it slows down every other module.
 */
import fs from 'node:fs'
import { types } from 'node:util'
import { fileURLToPath } from 'node:url'
import { shared, sharedState } from '../../kernel/state.js'
import { guard } from '../../kernel/guard.js'
import { facadeOf, isBehindFacade, keepBindings, type Bindings } from '../patch/live-exports.js'
import { peekCJS } from './peek.js'
import {
  hasOwnRegistry,
  isBun,
  isDeno,
  loadedModules,
  moduleInternals,
  type LoadedModule,
  type LoadResult,
  type SyncHooks,
} from '../runtime.js'

export interface LoadObserver {
  /** Called with every request and URL, so it must be cheap. A wrong `true` costs a little time. */
  mayConcern(text: string): boolean
  /** Whether the file is to be patched, may load in this format, and has not been seen. */
  wants(file: string, format: 'esm' | 'cjs'): boolean
  /** Called with every request. */
  requested(specifier: string): void
  /** Names of exported functions of the file that must be replaceable. */
  exportsOf(file: string): readonly string[]
  /** CJS files that have not been seen yet. */
  expected(): Iterable<string>
  loaded(file: string, exports: unknown, format: 'esm' | 'cjs'): void
}

export interface LoadWatch {
  /** Whether a later ESM `import()` is seen in this runtime. */
  readonly seesESM: boolean
  /** Whether a later `require()` is seen. Bun and Jest have `Module._load` but do not use it. */
  readonly seesCJS: boolean
  off(): void
}

function textOf(source: LoadResult['source']): string | undefined {
  if (typeof source === 'string') return source
  return source ? new TextDecoder().decode(source) : undefined
}

/**
 * Node 22.15 - 22.22.2 and 24.0 - 24.11.0 refuse their own result for a CJS module when asynchronous hooks
 * (`module.register`) are there too (nodejs/node#57327). The text of the file is returned instead.
 */
function nextLoad(
  url: string,
  context: Readonly<Record<string, unknown>>,
  next: Parameters<NonNullable<SyncHooks['load']>>[2],
): LoadResult {
  try {
    return next(url, context)
  } catch (error) {
    const isNodeFault = (error as { code?: unknown } | null)?.code === 'ERR_INVALID_RETURN_PROPERTY_VALUE'
    if (!isNodeFault || context['format'] !== 'commonjs' || !url.startsWith('file:')) throw error
    return { format: 'commonjs', source: fs.readFileSync(new URL(url)), shortCircuit: true }
  }
}

function watchESM(observer: LoadObserver): Omit<LoadWatch, 'seesCJS'> {
  const { registerHooks } = moduleInternals
  if (!registerHooks) return { seesESM: false, off: () => {} }
  const watches = shared('autolog.late', () => ({ count: 0 }))
  const number = watches.count++
  const id = `autolog.late.${number}`
  const variable = `$tracestitch${number}`
  const awaited = new Set<string>()
  // Deno 2.9 panics when a hook registers another.
  const keepsLoadHook = isDeno()
  let active = true
  let loadHook: { deregister(): void } | undefined

  function settle(url: string): void {
    awaited.delete(url)
    if (awaited.size > 0) return
    loadHook?.deregister()
    loadHook = undefined
  }

  /** With a load hook, an imported CJS file can bypass `Module._load`. Then its text is in `source` too. */
  function formatToSee(url: string, format: string | null | undefined): 'esm' | 'cjs' | undefined {
    if (awaited.has(url)) {
      settle(url)
      // Deno does not give the format.
      if (format === 'module' || (!format && !observer.wants(fileURLToPath(url), 'cjs'))) return 'esm'
    }
    if (format !== 'commonjs' || !url.startsWith('file:') || !observer.mayConcern(url)) return undefined
    return observer.wants(fileURLToPath(url), 'cjs') ? 'cjs' : undefined
  }

  const load: NonNullable<SyncHooks['load']> = (url, context, next) => {
    const result = nextLoad(url, context, next)
    const format = guard('late', () => formatToSee(url, result.format))
    const source = format && textOf(result.source)
    if (source === undefined) return result
    const self = JSON.stringify(url)
    const receiver = `globalThis[Symbol.for("tracestitch.v1")]?.get("${id}")`
    const names = format === 'esm' ? observer.exportsOf(fileURLToPath(url)) : []
    const facade =
      names.length > 0 &&
      guard('late', facadeOf, url, source, names, (exports, bindings) => {
        return `${receiver}?.(${self},${exports},"esm",${bindings});`
      })
    if (facade) return { ...result, source: facade }
    const addedLine =
      format === 'esm'
        ? `import * as ${variable} from ${self};${receiver}?.(${self},${variable},"esm");`
        : `${receiver}?.(${self},module.exports,"cjs");`
    return { ...result, source: `${source}\n;${addedLine}\n` }
  }

  sharedState().set(id, (url: string, exports: unknown, format: 'esm' | 'cjs', bindings?: Bindings) => {
    if (bindings) keepBindings(fileURLToPath(url), bindings)
    guard('late', () => observer.loaded(fileURLToPath(url), exports, format))
  })
  let hooks: { deregister(): void }
  try {
    hooks = registerHooks({
      resolve(specifier, context, next) {
        if (active) observer.requested(specifier)
        const result = next(specifier, context)
        guard('late', () => {
          const { url } = result
          if (
            !active ||
            !url.startsWith('file:') ||
            // The line that we have added to a module imports that module.
            context['parentURL'] === url ||
            isBehindFacade(url) ||
            !observer.mayConcern(url) ||
            !observer.wants(fileURLToPath(url), 'esm')
          )
            return
          awaited.add(url)
          if (!keepsLoadHook) loadHook ??= registerHooks({ load })
        })
        return result
      },
      ...(keepsLoadHook && { load }),
    })
  } catch {
    // In vitest's vmThreads the function is there, but throws.
    sharedState().delete(id)
    return { seesESM: false, off: () => {} }
  }
  return {
    seesESM: true,
    off() {
      active = false
      awaited.clear()
      loadHook?.deregister()
      hooks.deregister()
      sharedState().delete(id)
    },
  }
}

/** Wraps `Module._load`, which every `require()` and every import of a CJS file goes through. */
function watchCJS(observer: LoadObserver): Omit<LoadWatch, 'seesESM'> {
  const original = moduleInternals._load
  if (typeof original !== 'function' || isBun() || hasOwnRegistry()) return { seesCJS: false, off: () => {} }
  let active = true

  function sweep(): void {
    for (const file of observer.expected()) {
      const peeked = peekCJS(file)
      if (peeked.state === 'loaded') observer.loaded(file, peeked.exports, 'cjs')
    }
  }

  /** Reports a module that was loaded. @returns Its exports, which may have been replaced. */
  function look(request: string, parent: LoadedModule | null | undefined, isMain: boolean | undefined): unknown {
    if (observer.mayConcern(request)) {
      const file = moduleInternals._resolveFilename?.(request, parent, isMain)
      const found = file === undefined ? undefined : loadedModules()[file]
      if (file === undefined || !found?.loaded) return undefined
      const format = types.isModuleNamespaceObject(found.exports) ? 'esm' : 'cjs'
      if (!observer.wants(file, format)) return undefined
      observer.loaded(file, found.exports, format)
      return found.exports
    }
    if (parent?.filename && observer.mayConcern(parent.filename)) sweep()
    return undefined
  }

  const load: typeof original = function (request, parent, isMain) {
    if (active) observer.requested(request)
    const exports = Reflect.apply(original, this, [request, parent, isMain])
    const replaced = active && guard('late', look, request, parent, isMain)
    return replaced || exports
  }
  moduleInternals._load = load
  return {
    seesCJS: true,
    off() {
      active = false
      if (moduleInternals._load === load) moduleInternals._load = original
    },
  }
}

export function watchLoads(observer: LoadObserver): LoadWatch {
  const esm = watchESM(observer)
  const cjs = watchCJS(observer)
  return {
    seesESM: esm.seesESM,
    seesCJS: cjs.seesCJS,
    off() {
      cjs.off()
      esm.off()
    },
  }
}
