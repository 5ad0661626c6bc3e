/**
 * Schemas in the words of older drafts, in those of 2020-12 (https://json-schema.org/draft/2020-12/release-notes): servers
 * check a schema against it, also one that is not enforced, and refuse `exclusiveMinimum: true` or a list in `items`.
 */
import { isObject } from '../../../kernel/json.js'
import type { JsonObject } from '../../../kernel/protocol.js'

const MAX_DEPTH = 100

/** Keywords that hold schemas by name, and those that hold one schema or a list of them. */
const NAMED: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
])
const NESTED: ReadonlySet<string> = new Set(
  (
    'items,prefixItems,additionalItems,additionalProperties,not,if,then,else,contains,propertyNames,allOf,anyOf,oneOf,' +
    'unevaluatedItems,unevaluatedProperties'
  ).split(','),
)
const OLD_DRAFT = /json-schema\.org\/draft-0[34]/

const known = new WeakMap<object, JsonObject>()

/** @returns The same schema if it has no older keyword. */
export function inCurrentDraft(schema: JsonObject): JsonObject {
  let current = known.get(schema)
  if (!current) {
    current = rewritten(schema, !refersByName(schema, 0), 0)
    known.set(schema, current)
  }
  return current
}

/** Whether a reference names a schema by its id, so that ids have to stay. */
function refersByName(value: unknown, depth: number): boolean {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return false
  if (isObject(value) && typeof value['$ref'] === 'string' && !value['$ref'].startsWith('#')) return true
  return Object.values(value).some((inner) => refersByName(inner, depth + 1))
}

function rewritten(schema: JsonObject, dropsIds: boolean, depth: number): JsonObject {
  if (depth > MAX_DEPTH) return schema
  let changed = false
  const next: JsonObject = {}
  for (const [keyword, value] of Object.entries(schema)) {
    const inner = NAMED.has(keyword)
      ? mapped(value, dropsIds, depth)
      : NESTED.has(keyword)
        ? nested(value, dropsIds, depth)
        : value
    changed ||= inner !== value
    next[keyword] = inner
  }
  for (const change of [withBounds, withTuple, dropsIds ? withoutId : withIds]) changed = change(next) || changed
  return changed ? next : schema
}

function mapped(value: unknown, dropsIds: boolean, depth: number): unknown {
  if (!isObject(value)) return value
  let changed = false
  const next = Object.entries(value).map(([name, schema]) => {
    const inner = isObject(schema) ? rewritten(schema, dropsIds, depth + 1) : schema
    changed ||= inner !== schema
    return [name, inner] as const
  })
  return changed ? Object.fromEntries(next) : value
}

function nested(value: unknown, dropsIds: boolean, depth: number): unknown {
  if (isObject(value)) return rewritten(value, dropsIds, depth + 1)
  if (!Array.isArray(value)) return value
  const next = value.map((inner: unknown) => nested(inner, dropsIds, depth + 1))
  return next.some((inner, at) => inner !== value[at]) ? next : value
}

/** Draft 4 has a flag beside a bound. */
function withBounds(schema: JsonObject): boolean {
  let changed = false
  for (const [open, closed] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    const flag = schema[open]
    if (typeof flag !== 'boolean') continue
    changed = true
    delete schema[open]
    if (!flag || typeof schema[closed] !== 'number') continue
    schema[open] = schema[closed]
    delete schema[closed]
  }
  return changed
}

/** A list in `items`, and what follows on it in `additionalItems`. */
function withTuple(schema: JsonObject): boolean {
  const { items, additionalItems } = schema
  if (!Array.isArray(items)) return false
  delete schema['items']
  delete schema['additionalItems']
  schema['prefixItems'] ??= items
  if (additionalItems !== undefined) schema['items'] = additionalItems
  return true
}

/** `id` has no effect unless a reference names it, and servers may not know it. */
function withoutId(schema: JsonObject): boolean {
  const isOld = typeof schema['$schema'] === 'string' && OLD_DRAFT.test(schema['$schema'])
  if (isOld) delete schema['$schema']
  if (typeof schema['id'] !== 'string') return isOld
  delete schema['id']
  return true
}

function withIds(schema: JsonObject): boolean {
  if (typeof schema['id'] !== 'string') return false
  schema['$id'] ??= schema['id']
  delete schema['id']
  return true
}
