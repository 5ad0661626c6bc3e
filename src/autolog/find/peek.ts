/** Gets a module that the program has already loaded, without loading anything. */
import fs from 'node:fs'
import { types } from 'node:util'
import { pathToFileURL } from 'node:url'
import { isBun, isDeno, loadedModules, moduleInternals, requireFromHere } from '../runtime.js'

export type Peeked =
  | { readonly state: 'loaded'; readonly exports: unknown }
  | { readonly state: 'absent' }
  /** Known to the loader, but not available synchronously: top-level await, still linking, or failed. `import()` waits for it. */
  | { readonly state: 'busy'; readonly code: string | undefined }

const ABSENT: Peeked = { state: 'absent' }
const INVALID_SOURCE = '@@ not a program @@'

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}

/** A syntax error comes from the invalid source. The loader had to read it, so the module is not loaded. */
function asPeeked(error: unknown): Peeked {
  return types.isNativeError(error) && error.name === 'SyntaxError' ? ABSENT : { state: 'busy', code: codeOf(error) }
}

function compileAs(source: string, file: string): unknown {
  const made = new moduleInternals(file)
  if (!made._compile) throw new TypeError('this runtime cannot compile a module in place')
  made.filename = file
  made.paths = []
  made._compile(source, file, 'module')
  return made.exports
}

let stubs = 0

/**
 * The same with public functions: a module that exists only in our hooks re-exports the file, and the hooks give the invalid
 * source for the file itself. For Deno, whose `_compile` would load the file, and for runtimes without `_compile`.
 */
export function peekThroughHooks(file: string): Peeked {
  if (!moduleInternals.registerHooks) return ABSENT
  const target = pathToFileURL(file).href
  const stub = `${target}.${stubs++}.mjs`
  const sources = new Map([
    [stub, `export * as namespace from ${JSON.stringify(target)}`],
    [target, INVALID_SOURCE],
  ])
  const hooks = moduleInternals.registerHooks({
    resolve: (specifier, context, next) =>
      specifier === stub ? { url: stub, format: 'module', shortCircuit: true } : next(specifier, context),
    load(url, context, next) {
      const source = sources.get(url)
      return source === undefined ? next(url, context) : { format: 'module', source, shortCircuit: true }
    },
  })
  try {
    const { namespace } = requireFromHere()(stub) as { namespace: unknown }
    return { state: 'loaded', exports: namespace }
  } catch (error) {
    // Deno's error for the file that is not loaded has no code.
    return codeOf(error) === undefined ? ABSENT : asPeeked(error)
  } finally {
    hooks.deregister()
  }
}

/**
 * The namespace of an ES module that is loaded. Node looks into the cache of its ESM loader before it parses the given source,
 * so invalid source under the name of the file either gives the loaded module or fails without any effect.
 */
export function peekESM(file: string): Peeked {
  const cached = loadedModules()[file]
  if (cached && types.isModuleNamespaceObject(cached.exports)) return { state: 'loaded', exports: cached.exports }
  // Bun lists loaded ES modules in `require.cache`, so `require` does not load a listed one.
  if (isBun()) return cached ? { state: 'loaded', exports: requireFromHere()(file) as unknown } : ABSENT
  if (isDeno() || typeof moduleInternals.prototype?._compile !== 'function') return peekThroughHooks(file)
  try {
    return { state: 'loaded', exports: compileAs(INVALID_SOURCE, file) }
  } catch (error) {
    return asPeeked(error)
  }
}

/** The exports of a CJS module that is loaded. One that is still running counts as absent. */
export function peekCJS(file: string): Peeked {
  const cached = loadedModules()[file]
  if (!cached || cached.loaded === false || types.isModuleNamespaceObject(cached.exports)) return ABSENT
  return { state: 'loaded', exports: cached.exports }
}

/** Loads an ES module now. Does not use `require`, because transpilers return a CJS version of their own from it. */
export function loadESM(file: string): Peeked {
  try {
    const exports = isBun() ? (requireFromHere()(file) as unknown) : compileAs(fs.readFileSync(file, 'utf8'), file)
    return { state: 'loaded', exports }
  } catch (error) {
    return { state: 'busy', code: codeOf(error) }
  }
}

export function loadCJS(file: string): Peeked {
  try {
    return { state: 'loaded', exports: requireFromHere()(file) as unknown }
  } catch (error) {
    return { state: 'busy', code: codeOf(error) }
  }
}
