/**
 * Exported functions that can be replaced. Nobody can assign an export of an ES module from outside, so where its load is
 * seen it stands behind a facade: a module at its address, which exports the same, and whose bindings of some names are
 * ours to set. Exports of a CommonJS module that cannot be assigned are copied into an object where they can.
 */
import fs from 'node:fs'
import { loadedModules } from './runtime.js'

export interface Binding {
  get(): unknown
  set(value: unknown): void
}

export type Bindings = Readonly<Record<string, Binding>>

/** By file of the module. */
const known = new Map<string, Bindings>()

/** In the address of a module that stands behind its facade. */
const BEHIND = 'tracestitch-behind'

export function isBehindFacade(url: string): boolean {
  return url.includes(BEHIND)
}

export function keepBindings(file: string, bindings: Bindings): void {
  known.set(file, bindings)
}

/** Of the module that is loaded from the file, if it stands behind a facade. */
export function bindingsOf(file: string): Bindings | undefined {
  return known.get(file)
}

/** A default export is not among those that `export *` hands on. */
const DEFAULT = /\bexport\s+default\b|\bexport\s*\{[^}]*\bdefault\s*[,}]/

/** How far `export *` is followed. */
const DEPTH = 5

/** Whether a module with this source exports the name, itself or from a file of its package. */
function mayExport(name: string, source: string, url: string, depth = 0): boolean {
  const own = new RegExp(
    `\\bexport\\s+(?:async\\s+)?(?:function\\b\\s*\\*?|const|let|var|class)\\s*${name}\\b|` +
      `\\bexport\\s*(?=\\{)[^}]*?[\\s,{](?:as\\s+)?${name}\\s*[,}]`,
  )
  if (own.test(source)) return true
  if (depth === DEPTH) return false
  return [...source.matchAll(/\bexport\s*\*\s*from\s*["'](\.[^"']*)["']/g)].some(([, path = '']) => {
    const file = new URL(path, url)
    return mayExport(name, fs.readFileSync(file, 'utf8'), file.href, depth + 1)
  })
}

/**
 * Source of the facade of a module.
 *
 * @param source - Of the module: says which of the names it may export.
 * @param handOver - A call that is given the namespace and the bindings, which it may also take late.
 * @returns `undefined`: the module may export none of them.
 */
export function facadeOf(
  url: string,
  source: string,
  names: readonly string[],
  handOver: (namespace: string, bindings: string) => string,
): string | undefined {
  const exported = names.filter((name) => mayExport(name, source, url))
  if (exported.length === 0) return undefined
  const behind = JSON.stringify(`${url}${url.includes('?') ? '&' : '?'}${BEHIND}`)
  const all = DEFAULT.test(source) ? [...exported, 'default'] : exported
  const local = (name: string): string => `$tracestitch_${name}`
  return [
    `import * as $tracestitch from ${behind};`,
    `import * as $tracestitch_facade from ${JSON.stringify(url)};`,
    `export * from ${behind};`,
    `var ${all.map((name) => `${local(name)} = $tracestitch.${name}`).join(', ')};`,
    `export { ${all.map((name) => `${local(name)} as ${name}`).join(', ')} };`,
    handOver(
      '$tracestitch_facade',
      `{ ${exported
        .map((name) => `${name}: { get: () => ${local(name)}, set: (value) => { ${local(name)} = value } }`)
        .join(', ')} }`,
    ),
  ].join('\n')
}

/**
 * The exports of a CommonJS module, with the names assignable: the same object, or a copy that later `require()` calls get
 * in its place.
 */
export function assignableExports(file: string, exported: unknown, names: readonly string[]): unknown {
  const module = loadedModules()[file]
  if (typeof exported !== 'object' || exported === null || module?.exports !== exported) return exported
  const isFixed = (name: string): boolean => {
    const found = Object.getOwnPropertyDescriptor(exported, name)
    return found?.configurable === false && found.writable !== true
  }
  if (!names.some(isFixed)) return exported
  const descriptors = Object.getOwnPropertyDescriptors(exported) as Record<string, PropertyDescriptor>
  for (const name of names) if (descriptors[name]) descriptors[name].configurable = true
  const copy: unknown = Object.create(Object.getPrototypeOf(exported) as object | null, descriptors)
  module.exports = copy
  return copy
}
