/** Reads values of unknown shape: wire bodies, SDK objects, environment. */
import type { JsonObject } from './protocol.js'

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** The value at `keys` below `root`, or `undefined`. */
export function path(root: unknown, ...keys: readonly string[]): unknown {
  let value = root
  for (const key of keys) {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}

/** Parses JSON, or returns `undefined`. `null` parses to `null`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** A copy without the fields whose value is `undefined`: an object from which fields are deleted is slow from then on. */
export function compact<T extends object>(object: T): T {
  const rest: Partial<T> = {}
  for (const key of Object.keys(object) as (keyof T)[]) {
    const value = object[key]
    if (value === undefined) continue
    // Assigned, a field of this name would become the prototype.
    if (key === '__proto__')
      Object.defineProperty(rest, key, { value, enumerable: true, configurable: true, writable: true })
    else rest[key] = value
  }
  return rest as T
}

/** For error messages: names a value's type without showing the value. */
export function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value
}

export function isEmptyObject(object: object): boolean {
  for (const key in object) if (Object.hasOwn(object, key)) return false
  return true
}
