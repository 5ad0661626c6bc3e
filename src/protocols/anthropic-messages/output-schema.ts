/**
 * A JSON schema as structured output takes it
 * (https://platform.claude.com/docs/en/build-with-claude/structured-outputs, section on limitations): objects are
 * closed, and bounds of numbers, texts and lists are refused. A bound is told in the description instead.
 */
import { isObject } from '../../kernel/json.js'
import type { Limits } from '../../kernel/limits.js'
import type { JsonObject } from '../../kernel/protocol.js'

const BOUNDS: readonly string[] = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
]

/** Bedrock takes the lengths of texts. */
export const REFUSED_BOUNDS: Readonly<Record<'anthropic' | 'bedrock', ReadonlySet<string>>> = {
  anthropic: new Set([...BOUNDS, 'minLength', 'maxLength']),
  bedrock: new Set(BOUNDS),
}

const FORMATS: ReadonlySet<unknown> = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'uri',
  'ipv4',
  'ipv6',
  'uuid',
])

/** Keywords that hold schemas: one, a list, or one a name. */
const ONE = ['items', 'not', 'contains'] as const
const LISTS = ['anyOf', 'allOf', 'oneOf', 'prefixItems'] as const
const MAPS = ['properties', '$defs', 'definitions'] as const

/** Schemas nested deeper are left as they are; an honest one is not. */
const MAX_DEPTH = 100

/** @returns The schema itself where nothing of it has to change. */
export function fitSchema(schema: JsonObject, bounds: ReadonlySet<string>, limits: Limits): JsonObject {
  const moved = new Set<string>()
  const fitted = fit(schema, { bounds, moved }, 0)
  if (moved.size > 0) limits.warn(`not enforced, but told in descriptions of the schema: ${[...moved].join(', ')}`)
  return fitted
}

interface Rules {
  readonly bounds: ReadonlySet<string>
  readonly moved: Set<string>
}

function fit(schema: JsonObject, rules: Rules, depth: number): JsonObject {
  if (depth > MAX_DEPTH) return schema
  const changes: JsonObject = {}
  const told: string[] = []
  for (const [keyword, value] of Object.entries(schema)) {
    const inner = fitInner(keyword, value, rules, depth + 1)
    if (inner !== value) changes[keyword] = inner
    if (!isRefused(keyword, value, rules.bounds)) continue
    rules.moved.add(keyword)
    told.push(`${keyword}: ${JSON.stringify(value)}`)
    changes[keyword] = undefined
  }
  if (isOpen(schema)) {
    if (schema['additionalProperties'] !== undefined) rules.moved.add('additionalProperties')
    changes['additionalProperties'] = false
  }
  if (Object.keys(changes).length === 0) return schema
  if (told.length > 0) {
    const before = typeof schema['description'] === 'string' ? `${schema['description']}\n\n` : ''
    changes['description'] = `${before}{${told.join(', ')}}`
  }
  return Object.fromEntries(Object.entries({ ...schema, ...changes }).filter(([, value]) => value !== undefined))
}

function fitInner(keyword: string, value: unknown, rules: Rules, depth: number): unknown {
  const fitOne = (inner: unknown): unknown => (isObject(inner) ? fit(inner, rules, depth) : inner)
  if (includes(ONE, keyword)) return fitOne(value)
  if (includes(LISTS, keyword) && Array.isArray(value)) {
    const fitted = value.map(fitOne)
    return fitted.some((inner, at) => inner !== value[at]) ? fitted : value
  }
  if (includes(MAPS, keyword) && isObject(value)) {
    const fitted = Object.entries(value).map(([name, inner]) => [name, fitOne(inner)] as const)
    return fitted.some(([name, inner]) => inner !== value[name]) ? Object.fromEntries(fitted) : value
  }
  return value
}

function includes(list: readonly string[], keyword: string): boolean {
  return list.includes(keyword)
}

/** Whether the value is a bound, and not the schema of a property that has a bound's name. */
function isRefused(keyword: string, value: unknown, bounds: ReadonlySet<string>): boolean {
  if (keyword === 'format') return typeof value === 'string' && !FORMATS.has(value)
  if (keyword === 'minItems') return typeof value === 'number' && value > 1
  return bounds.has(keyword) && !isObject(value)
}

function isOpen(schema: JsonObject): boolean {
  const isObjectType =
    schema['type'] === 'object' || (Array.isArray(schema['type']) && schema['type'].includes('object'))
  return (isObjectType || isObject(schema['properties'])) && schema['additionalProperties'] !== false
}
