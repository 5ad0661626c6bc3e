/**
 * Whether a value may fit a JSON Schema, by its most important keywords. It never refuses what fits: a keyword that is not
 * checked here counts as met.
 */
import { isObject } from '../../kernel/json.js'

/** Levels of a value that are checked. */
const MAX_DEPTH = 64

export function mayFit(schema: unknown, value: unknown): boolean {
  return fits(schema, value, schema, 0)
}

function fits(schema: unknown, value: unknown, root: unknown, depth: number): boolean {
  if (schema === false) return false
  if (!isObject(schema) || depth > MAX_DEPTH) return true
  const every = (list: unknown, test: (part: unknown) => boolean): boolean => !Array.isArray(list) || list.every(test)
  const some = (list: unknown): boolean =>
    !Array.isArray(list) || list.some((part) => fits(part, value, root, depth + 1))
  const { $ref: reference } = schema
  if (typeof reference === 'string' && !fits(pointed(root, reference), value, root, depth + 1)) return false
  if (value === null && schema['nullable'] === true) return true
  return (
    isOfType(schema['type'], value) &&
    (!Array.isArray(schema['enum']) || schema['enum'].some((known) => isSame(known, value))) &&
    (!('const' in schema) || isSame(schema['const'], value)) &&
    some(schema['anyOf']) &&
    some(schema['oneOf']) &&
    every(schema['allOf'], (part) => fits(part, value, root, depth + 1)) &&
    (!isObject(value) || hasProperties(schema, value, root, depth)) &&
    (!Array.isArray(value) || hasItems(schema, value, root, depth)) &&
    (typeof value !== 'number' || isWithin(schema, value))
  )
}

/** The schema at a reference; `undefined`, which everything fits, if it is not in the schema itself. */
function pointed(root: unknown, reference: string): unknown {
  if (reference === '#') return root
  if (!reference.startsWith('#/')) return undefined
  return reference
    .slice(2)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((at, step) => (isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined), root)
}

function isOfType(type: unknown, value: unknown): boolean {
  const names = (Array.isArray(type) ? type : [type]).filter((name): name is string => typeof name === 'string')
  return names.length === 0 || names.some((name) => isOf(name.toLowerCase(), value))
}

/** Gemini writes the names of types in capitals. */
function isOf(name: string, value: unknown): boolean {
  if (name === 'null') return value === null
  if (name === 'array') return Array.isArray(value)
  if (name === 'object') return isObject(value)
  if (name === 'integer') return Number.isInteger(value)
  if (name === 'string' || name === 'number' || name === 'boolean') return typeof value === name
  return true
}

function hasProperties(
  schema: Readonly<Record<string, unknown>>,
  value: Readonly<Record<string, unknown>>,
  root: unknown,
  depth: number,
): boolean {
  const { required, properties, additionalProperties: others, patternProperties } = schema
  if (Array.isArray(required) && !required.every((key) => typeof key !== 'string' || Object.hasOwn(value, key)))
    return false
  const known = isObject(properties) ? properties : {}
  return Object.entries(value).every(([key, part]) => {
    if (Object.hasOwn(known, key)) return fits(known[key], part, root, depth + 1)
    return others === undefined || patternProperties !== undefined || fits(others, part, root, depth + 1)
  })
}

function hasItems(
  schema: Readonly<Record<string, unknown>>,
  value: readonly unknown[],
  root: unknown,
  depth: number,
): boolean {
  const { items, prefixItems: first, minItems, maxItems } = schema
  if (typeof minItems === 'number' && value.length < minItems) return false
  if (typeof maxItems === 'number' && value.length > maxItems) return false
  const ahead = Array.isArray(first) ? first : []
  return value.every((part, i) => fits(i < ahead.length ? ahead[i] : items, part, root, depth + 1))
}

function isWithin({ minimum, maximum }: Readonly<Record<string, unknown>>, value: number): boolean {
  return !(typeof minimum === 'number' && value < minimum) && !(typeof maximum === 'number' && value > maximum)
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || (isObject(one) && JSON.stringify(one) === JSON.stringify(other))
}
