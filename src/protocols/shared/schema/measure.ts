/** How large a fitted schema is, against the limits of a dialect. */
import { asArray, isObject } from '../../../kernel/json.js'
import type { JsonObject } from '../../../kernel/protocol.js'
import type { SchemaLimits } from './dialect.js'

export interface Measure {
  properties: number
  depth: number
  enumValues: number
  /** Of the longest `enum` with more than 250 texts. */
  enumChars: number
  nameChars: number
  jsonChars: number
  optional: number
  unions: number
}

/** From this many values on an `enum` has a limit of its own. */
const LARGE_ENUM = 250

export function measure(schema: JsonObject): Measure {
  const size: Measure = {
    properties: 0,
    depth: 0,
    enumValues: 0,
    enumChars: 0,
    nameChars: 0,
    jsonChars: JSON.stringify(schema).length,
    optional: 0,
    unions: 0,
  }
  count(schema, size, 0)
  return size
}

function count(schema: unknown, size: Measure, depth: number): void {
  if (!isObject(schema)) return
  const { type, properties, $defs, anyOf } = schema
  if (Array.isArray(anyOf) || Array.isArray(type)) size.unions += 1
  countValues(schema, size)
  const level = type === 'object' || type === 'array' ? depth + 1 : depth
  size.depth = Math.max(size.depth, level)
  if (isObject(properties)) {
    const names = Object.keys(properties)
    size.properties += names.length
    size.optional += names.length - asArray(schema['required']).length
    size.nameChars += names.join('').length
    for (const inner of Object.values(properties)) count(inner, size, level)
  }
  for (const inner of [schema['items'], schema['additionalProperties']]) count(inner, size, level)
  for (const inner of [...asArray(anyOf), ...asArray(schema['prefixItems'])]) count(inner, size, level)
  if (!isObject($defs)) return
  size.nameChars += Object.keys($defs).join('').length
  for (const inner of Object.values($defs)) count(inner, size, 0)
}

function countValues(schema: JsonObject, size: Measure): void {
  const values = asArray(schema['enum'])
  const texts = [...values, schema['const']].filter((value) => typeof value === 'string')
  const chars = texts.join('').length
  size.enumValues += values.length
  size.nameChars += chars
  if (values.length > LARGE_ENUM) size.enumChars = Math.max(size.enumChars, chars)
}

const WORDS: Readonly<Partial<Record<keyof SchemaLimits, string>>> = {
  properties: 'properties',
  depth: 'levels of objects and lists',
  enumValues: 'values of `enum`',
  enumChars: 'characters in the values of one `enum`',
  nameChars: 'characters of names and values',
  jsonChars: 'characters of JSON',
  optional: 'properties that may be left out',
  unions: 'unions',
  toolProperties: 'properties of tools',
}

export function overLimit(
  size: Readonly<Partial<Record<keyof SchemaLimits, number>>>,
  limits: SchemaLimits,
): { readonly limit: string; readonly why: string } | undefined {
  for (const [name, limit] of Object.entries(limits) as [keyof SchemaLimits, number][]) {
    const { [name]: own = 0 } = size
    if (own > limit) return { limit: name, why: `it has ${own} ${WORDS[name] ?? name}, and ${limit} are taken` }
  }
  return undefined
}
