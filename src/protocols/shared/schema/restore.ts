/**
 * Answers to a schema that was rewritten, as the schema of the caller has them: out of the object that was put around
 * them, and without the `null` of what may be left out.
 */
import { isObject } from '../../../kernel/json.js'
import type { JsonObject } from '../../../kernel/protocol.js'
import { resolveReference } from './references.js'
import { rootKind, wrapperOf } from './root.js'
import { alternativesOf, acceptsNothing, typeOfValue, typesOf } from './keywords.js'

/** Answers nested deeper are given as they are. */
const MAX_DEPTH = 100

/** Looks at values of one answer. Unions within unions could otherwise take any time. */
const MAX_LOOKS = 100_000

interface RestoreState {
  readonly root: JsonObject
  left: number
}

/** Name of the object's property that was put around answers to the schema, where one may have been. */
export function wrapperFor(schema: JsonObject): string | undefined {
  return rootKind(schema) === 'object' ? undefined : wrapperOf(schema)
}

/** @returns The same value if nothing has to change, such as after an earlier restore. */
export function restoreValue(value: unknown, schema: JsonObject): unknown {
  const looking = { root: schema, left: MAX_LOOKS }
  const wrapper = wrapperFor(schema)
  const isWrapped = wrapper !== undefined && isObject(value) && Object.keys(value).join() === wrapper
  // A map at the root may hold that name itself.
  const unwrapped = isWrapped && !fits(value, schema, looking, 0) ? value[wrapper] : value
  return restore(unwrapped, schema, looking, 0)
}

/** The same for a text that is JSON; any other stays as it is. */
export function restoreText(text: string, schema: JsonObject): string {
  let value: unknown
  try {
    value = JSON.parse(text) as unknown
  } catch {
    // Text that is not JSON does not follow the schema; its parser reports that.
    return text
  }
  const restored = restoreValue(value, schema)
  return restored === value ? text : JSON.stringify(restored)
}

function restore(value: unknown, schema: unknown, looking: RestoreState, depth: number): unknown {
  if (depth > MAX_DEPTH || (looking.left -= 1) < 0) return value
  if (!isObject(schema) || typeof value !== 'object' || value === null) return value
  const next = (inner: unknown, one: unknown): unknown => restore(inner, one, looking, depth + 1)
  if (schema['$ref'] !== undefined) value = next(value, resolveReference(looking.root, schema['$ref']))
  if (Array.isArray(schema['allOf'])) for (const one of schema['allOf']) value = next(value, one)
  const alternatives = alternativesOf(schema)
  if (alternatives) {
    for (const one of alternatives) {
      const restored = next(value, one)
      if (!fits(restored, one, looking, depth + 1)) continue
      value = restored
      break
    }
  }
  if (Array.isArray(value)) return restoreList(value, schema, next)
  return isObject(value) ? restoreObject(value, schema, looking, next) : value
}

type Next = (inner: unknown, schema: unknown) => unknown

function restoreList(list: readonly unknown[], schema: JsonObject, next: Next): readonly unknown[] {
  const { items } = schema
  const prefix = Array.isArray(items)
    ? (items as unknown[])
    : Array.isArray(schema['prefixItems'])
      ? schema['prefixItems']
      : []
  const rest = Array.isArray(items) ? schema['additionalItems'] : items
  const restored = list.map((value, at) => next(value, at < prefix.length ? prefix[at] : rest))
  return restored.some((value, at) => value !== list[at]) ? restored : list
}

function restoreObject(object: JsonObject, schema: JsonObject, looking: RestoreState, next: Next): JsonObject {
  const properties = isObject(schema['properties']) ? schema['properties'] : {}
  const required = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : []
  const names = isObject(schema['propertyNames']) ? schema['propertyNames']['enum'] : undefined
  let changed = false
  const kept: [string, unknown][] = []
  for (const [name, value] of Object.entries(object)) {
    const isDeclared = Object.hasOwn(properties, name)
    const isListed = isDeclared || (Array.isArray(names) && names.includes(name))
    const inner = isDeclared ? properties[name] : schema['additionalProperties']
    if (value === null && isListed && !required.includes(name) && !fits(null, inner, looking, 0)) {
      changed = true
      continue
    }
    const restored = next(value, inner)
    changed ||= restored !== value
    kept.push([name, restored])
  }
  return changed ? Object.fromEntries(kept) : object
}

/** Whether a value is one of the schema, as far as telling the alternatives of a union apart takes. */
function fits(value: unknown, schema: unknown, looking: RestoreState, depth: number): boolean {
  if (acceptsNothing(schema)) return false
  if (!isObject(schema) || depth > MAX_DEPTH || (looking.left -= 1) < 0) return true
  const inner = (one: unknown, other: unknown): boolean => fits(one, other, looking, depth + 1)
  if (schema['$ref'] !== undefined && !inner(value, resolveReference(looking.root, schema['$ref']))) return false
  if (Array.isArray(schema['allOf']) && !schema['allOf'].every((one) => inner(value, one))) return false
  if (value === null && schema['nullable'] === true) return true
  const alternatives = alternativesOf(schema)
  if (alternatives && !alternatives.some((one) => inner(value, one))) return false
  if ('const' in schema && JSON.stringify(schema['const']) !== JSON.stringify(value)) return false
  if (Array.isArray(schema['enum']) && !schema['enum'].some((one) => JSON.stringify(one) === JSON.stringify(value)))
    return false
  if (schema['type'] !== undefined && !typesOf(schema)?.some((type) => isOfType(value, type))) return false
  if (Array.isArray(value)) return fitsList(value, schema, inner)
  return !isObject(value) || fitsObject(value, schema, inner)
}

function isOfType(value: unknown, type: string): boolean {
  return type === 'integer' ? Number.isInteger(value) : typeOfValue(value) === type
}

type Inner = (value: unknown, schema: unknown) => boolean

function fitsList(list: readonly unknown[], schema: JsonObject, inner: Inner): boolean {
  const prefix = Array.isArray(schema['prefixItems']) ? (schema['prefixItems'] as unknown[]) : []
  return list.every((value, at) => inner(value, at < prefix.length ? prefix[at] : schema['items']))
}

function fitsObject(object: JsonObject, schema: JsonObject, inner: Inner): boolean {
  const properties = isObject(schema['properties']) ? schema['properties'] : {}
  const required = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : []
  if (!required.every((name) => typeof name === 'string' && Object.hasOwn(object, name))) return false
  return Object.entries(object).every(([name, value]) =>
    inner(value, Object.hasOwn(properties, name) ? properties[name] : (schema['additionalProperties'] ?? true)),
  )
}
