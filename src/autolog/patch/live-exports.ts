/**
 * Makes exported functions replaceable. An export of an ES module cannot be assigned from outside. If its load is seen, it
 * is put behind a facade: a module with its URL and the same exports, some of which we can assign. If exports of a CommonJS
 * module cannot be assigned, they are copied into an object where they can.
 */
import fs from 'node:fs'
import { loadedModules } from '../runtime.js'

export interface Binding {
  get(): unknown
  set(value: unknown): void
}

export type Bindings = Readonly<Record<string, Binding>>

/** By the file of the module. */
const known = new Map<string, Bindings>()

/** Marks the URL of a module that is behind its facade. */
const BEHIND = 'tracestitch-behind'

export function isBehindFacade(url: string): boolean {
  return url.includes(BEHIND)
}

export function keepBindings(file: string, bindings: Bindings): void {
  known.set(file, bindings)
}

/** The bindings of the module that was loaded from the file, if it is behind a facade. */
export function bindingsOf(file: string): Bindings | undefined {
  return known.get(file)
}

/** `export *` does not include a default export. */
const DEFAULT = /\bexport\s+default\b|\bexport\s*\{[^}]*\bdefault\s*[,}]/

/** How many levels of `export *` are followed. */
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
 * @param source - Source of the module, which shows which of the names it may export.
 * @param callWith - Source of a call that gets the namespace and the bindings, both given as source.
 * @returns `undefined` if the module exports none of the names.
 */
export function facadeOf(
  url: string,
  source: string,
  names: readonly string[],
  callWith: (namespace: string, bindings: string) => string,
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
    callWith(
      '$tracestitch_facade',
      `{ ${exported
        .map((name) => `${name}: { get: () => ${local(name)}, set: (value) => { ${local(name)} = value } }`)
        .join(', ')} }`,
    ),
  ].join('\n')
}

/**
 * The exports of a CommonJS module, with `names` assignable: the same object, or a copy that later `require()` calls get
 * instead.
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
