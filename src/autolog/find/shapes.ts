/**
 * Recognises classes by their members. A bundler renames classes (`Anthropic2`, or `e` when minified) but keeps the names of
 * properties, so a class in a given module is recognised by its methods.
 */
import { isObject } from '../../kernel/json.js'
import type { ModuleExports, Shape } from '../contract.js'

/** The module, with each class that the integration reads under its usual name, if one in `given` has its shape. */
export function withShapes(
  module: ModuleExports,
  given: unknown,
  shapes: Readonly<Record<string, Shape>> | undefined,
): ModuleExports {
  const missing = Object.entries(shapes ?? {}).filter(([name, shape]) => !hasShape(module[name], shape))
  if (missing.length === 0) return module
  const candidates = candidatesIn(given)
  const found: PropertyDescriptorMap = {}
  for (const [name, shape] of missing) {
    const value = candidates.find((candidate) => hasShape(candidate, shape))
    if (value !== undefined) found[name] = { value, enumerable: true }
  }
  return Object.keys(found).length === 0 ? module : (Object.create(module, found) as ModuleExports)
}

/** Whether `given` has a class of this shape. */
export function recognises(shape: Shape | undefined, given: unknown): boolean {
  return shape !== undefined && candidatesIn(given).some((candidate) => hasShape(candidate, shape))
}

/** The value itself, its class if it is a client, and its exports. */
function candidatesIn(given: unknown): unknown[] {
  if (typeof given === 'function') return [given, ...functionsOf(given, false)]
  if (!isObject(given)) return []
  const { constructor } = Object.getPrototypeOf(given) === null ? { constructor: Object } : given
  return constructor === Object ? functionsOf(given, true) : [constructor]
}

/** @param isModule - Whether to run getters: bundlers make exports getters, but others could have side effects. */
function functionsOf(holder: object, isModule: boolean): unknown[] {
  return Object.values(Object.getOwnPropertyDescriptors(holder)).flatMap((found) => {
    const value: unknown = isModule && found.get ? found.get.call(holder) : found.value
    return typeof value === 'function' ? [value] : []
  })
}

export function hasShape(value: unknown, shape: Shape): boolean {
  return shape.every((place) => has(value, place.split('.')))
}

function has(value: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return true
  if (value === null || (typeof value !== 'object' && typeof value !== 'function') || !(key in value)) return false
  return rest.length === 0 || has((value as Readonly<Record<string, unknown>>)[key], rest)
}
