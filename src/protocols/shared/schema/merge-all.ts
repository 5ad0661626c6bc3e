/** Schemas that must all hold, as one: for dialects without `allOf`, and for a union that is beside other keywords. */
import { isObject } from '../../../kernel/json.js'
import type { JsonObject } from '../../../kernel/protocol.js'
import type { References } from './references.js'
import {
  acceptsAnything,
  acceptsNothing,
  jsonEqual,
  isSilent,
  typesOf,
  withoutKeywords,
  type TypeName,
} from './keywords.js'

/** Products of unions that are larger stay apart: nobody writes them, and they would grow without end. */
const MAX_ALTERNATIVES = 64

/** @returns `undefined` when no single schema has the same meaning. */
export function mergeAll(schemas: readonly unknown[], references: References, depth = 0): JsonObject | undefined {
  let merged: JsonObject = {}
  for (const schema of schemas) {
    if (schema === true) continue
    const plain = isObject(schema) ? flat(schema, references, depth) : undefined
    const next = plain && merge(merged, plain)
    if (!next) return undefined
    merged = next
  }
  return merged
}

/** Without a reference or an `allOf` of its own. */
function flat(schema: JsonObject, references: References, depth: number): JsonObject | undefined {
  if (depth > 16 || acceptsNothing(schema)) return undefined
  const { $ref: reference, allOf, ...rest } = schema
  if (reference === undefined && !Array.isArray(allOf)) return schema
  const target = reference === undefined ? true : references.resolve(reference)
  if (target === undefined) return undefined
  return mergeAll([target, ...(Array.isArray(allOf) ? (allOf as unknown[]) : []), rest], references, depth + 1)
}

function merge(one: JsonObject, other: JsonObject): JsonObject | undefined {
  const merged: JsonObject = { ...one }
  for (const [keyword, value] of Object.entries(other)) {
    const before = merged[keyword]
    if (keyword === 'type' || value === undefined) continue
    if (before === undefined || jsonEqual(before, value)) {
      merged[keyword] = value
      continue
    }
    if (keyword === 'pattern') {
      // No expression without lookaround says both.
      merged['patterns'] = [...((merged['patterns'] as unknown[] | undefined) ?? [before]), value]
      continue
    }
    const joined = join(keyword, before, value)
    if (joined === undefined) return undefined
    merged[keyword] = joined
  }
  if (merged['patterns'] !== undefined) delete merged['pattern']
  return withUnions(merged, one, other) && withTypes(merged, one, other)
}

function join(keyword: string, before: unknown, value: unknown): unknown {
  switch (keyword) {
    case 'properties':
      return isObject(before) && isObject(value) ? joinProperties(before, value) : undefined
    case 'required':
      return [...new Set([...(before as string[]), ...(value as string[])])]
    case 'description':
      return `${String(before)}\n${String(value)}`
    case 'additionalProperties':
      // Closed parts of one object are meant to be closed together.
      if (before === false || value === false) return false
      return acceptsAnything(before) ? value : acceptsAnything(value) ? before : { allOf: [before, value] }
    case 'items':
      return before === false || value === false ? false : { allOf: [before, value] }
    case 'enum': {
      const both = (before as unknown[]).filter((one) => (value as unknown[]).some((other) => jsonEqual(one, other)))
      return both.length > 0 ? both : undefined
    }
    case 'minimum':
    case 'exclusiveMinimum':
    case 'minLength':
    case 'minItems':
    case 'minProperties':
      return Math.max(Number(before), Number(value))
    case 'maximum':
    case 'exclusiveMaximum':
    case 'maxLength':
    case 'maxItems':
    case 'maxProperties':
      return Math.min(Number(before), Number(value))
    case 'uniqueItems':
      return true
    case 'anyOf':
    case 'oneOf':
      // Joined below, under one word.
      return before
    default:
      return isSilent(keyword) || keyword === 'title' || keyword === 'default' || keyword === 'examples'
        ? before
        : undefined
  }
}

function joinProperties(before: JsonObject, value: JsonObject): JsonObject {
  const joined = { ...before }
  for (const [name, schema] of Object.entries(value)) {
    const first = joined[name]
    joined[name] = first === undefined || jsonEqual(first, schema) ? schema : { allOf: [first, schema] }
  }
  return joined
}

/** Two unions are one of all their pairs. */
function withUnions(merged: JsonObject, one: JsonObject, other: JsonObject): JsonObject | undefined {
  const lists = [one['anyOf'], one['oneOf'], other['anyOf'], other['oneOf']].filter((list): list is unknown[] =>
    Array.isArray(list),
  )
  if (lists.length < 2) return merged
  let pairs: unknown[][] = [[]]
  for (const list of lists) {
    pairs = pairs.flatMap((pair) => list.map((alternative) => [...pair, alternative]))
    if (pairs.length > MAX_ALTERNATIVES) return undefined
  }
  return { ...withoutKeywords(merged, ['anyOf', 'oneOf']), anyOf: pairs.map((allOf) => ({ allOf })) }
}

function withTypes(merged: JsonObject | undefined, one: JsonObject, other: JsonObject): JsonObject | undefined {
  if (!merged) return undefined
  const [first, second] = [typesOf(one), typesOf(other)]
  if (!first || !second) return { ...merged, ...typeField(one['type'] ?? other['type']) }
  const both = first.flatMap((type): TypeName[] => {
    if (second.includes(type)) return [type]
    if (type === 'integer' && second.includes('number')) return ['integer']
    return type === 'number' && second.includes('integer') ? ['integer'] : []
  })
  if (both.length === 0) return undefined
  return { ...withoutKeywords(merged, ['nullable']), type: both.length === 1 ? both[0] : both }
}

function typeField(type: unknown): JsonObject {
  return type === undefined ? {} : { type }
}
