/**
 * The API's older `Schema` (https://ai.google.dev/api/caching#Schema, a subset of OpenAPI 3.0) as JSON Schema.
 * There is no way back: JSON Schema is sent in `parametersJsonSchema` and `responseJsonSchema`, which take it as it is.
 */
import { isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { camel } from './wire.js'

const MAX_DEPTH = 100

/**
 * JSON Schema whose types may be in capitals, as in the older kind: programs write both kinds with the SDK's `Type`, and the
 * API takes them. The same object if there are none.
 */
export function withPlainTypes(schema: JsonObject): JsonObject {
  return hasCapitals(schema, 0) ? toJsonSchema(schema) : schema
}

const CAPITALS = /^(?:OBJECT|ARRAY|STRING|NUMBER|INTEGER|BOOLEAN|NULL)$/

function hasCapitals(value: unknown, depth: number): boolean {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some((inner) => hasCapitals(inner, depth + 1))
  const { type } = value as JsonObject
  if (typeof type === 'string' && CAPITALS.test(type)) return true
  return Object.values(value).some((inner) => hasCapitals(inner, depth + 1))
}

/** Below a depth no honest schema has, the schema stays as it was. */
export function toJsonSchema(schema: JsonObject, depth = 0): JsonObject {
  if (depth > MAX_DEPTH) return schema
  const { nullable, ...source } = camel(schema)
  const entries = Object.entries(source).flatMap(([key, value]): [string, unknown][] => {
    if (key === 'type') {
      const type = typeof value === 'string' ? value.toLowerCase() : value
      return type === 'type_unspecified'
        ? []
        : [[key, nullable === true && typeof type === 'string' ? [type, 'null'] : type]]
    }
    if ((key === 'properties' || key === '$defs') && isObject(value)) {
      return [[key, Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, nested(inner, depth)]))]]
    }
    if (key === 'items' || key === 'anyOf' || key === 'prefixItems' || key === 'additionalProperties') {
      return [[key, Array.isArray(value) ? value.map((inner) => nested(inner, depth)) : nested(value, depth)]]
    }
    // 64-bit numbers are text in proto JSON.
    if (/^(?:max|min)(?:Items|Length|Properties)$/.test(key) && typeof value === 'string') return [[key, Number(value)]]
    return key === 'propertyOrdering' ? [] : [[key, value]]
  })
  return Object.fromEntries(entries)
}

function nested(value: unknown, depth: number): unknown {
  return isObject(value) ? toJsonSchema(value, depth + 1) : value
}
