/** Moves keywords that a dialect does not take, and that only narrow, to the description. */
import { isObject } from '../../../kernel/json.js'
import type { JsonObject } from '../../../kernel/protocol.js'
import type { Keyword, SchemaDialect } from './dialect.js'
import type { Fitting, Spot } from './fitting.js'
import { looksAround, patternIn } from './pattern.js'
import { ANNOTATIONS, appliesTo, isSilent, type TypeName } from './keywords.js'

/** What the fitting of types reads itself. */
const STRUCTURE: ReadonlySet<string> = new Set([
  '$ref',
  'additionalItems',
  'additionalProperties',
  'allOf',
  'anyOf',
  'const',
  'enum',
  'items',
  'nullable',
  'oneOf',
  'patternProperties',
  'prefixItems',
  'properties',
  'required',
  'type',
])

/** Longest value of a keyword that a description quotes. */
const MAX_QUOTE = 500

/**
 * The keywords of a schema of one type that are sent, with a description that tells the others.
 *
 * @param beside - What the fitting of the type found to tell.
 */
export function keywordsOf(
  schema: JsonObject,
  type: TypeName,
  fitting: Fitting,
  at: Spot,
  beside: JsonObject = {},
): JsonObject {
  const { dialect } = fitting
  const kept: JsonObject = {}
  const told: [string, unknown][] = Object.entries(beside)
  for (const [keyword] of told) fitting.tell(at, keyword)
  for (const [keyword, value] of Object.entries(withNumericBounds(schema, type, dialect))) {
    const isSkipped = STRUCTURE.has(keyword) || (isSilent(keyword) && !dialect.takes.has(keyword as Keyword))
    if (value === undefined || isSkipped || !appliesTo(keyword, type)) continue
    if (keyword === 'propertyNames' && isObject(value) && Object.keys(value).every((one) => one === 'type')) continue
    if (keyword === 'description' || keyword === 'title') kept[keyword] = value
    else if (isImplied(schema, keyword, value, type)) continue
    else {
      const taken = takenAs(dialect, keyword, value, type)
      if (taken !== undefined) kept[keyword] = taken
      else {
        told.push([keyword, value])
        if (!ANNOTATIONS.has(keyword)) fitting.tell(at, keyword)
      }
    }
  }
  return { ...kept, ...describe(kept['description'], told) }
}

/** The annotations of a schema that is said in another way, such as a union. */
export function annotationsOf(schema: JsonObject, { dialect }: Fitting): JsonObject {
  const { title, description } = schema
  const isKept = dialect.takes.has('default') && 'default' in schema
  const told = Object.entries(schema).filter(
    ([keyword]) => (keyword === 'default' && !isKept) || keyword === 'examples' || keyword === 'example',
  )
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(isKept && { default: schema['default'] }),
    ...describe(description, told),
  }
}

function describe(description: unknown, told: readonly (readonly [string, unknown])[]): JsonObject {
  if (told.length === 0) return {}
  const before = typeof description === 'string' && description !== '' ? `${description}\n\n` : ''
  const quotes = told.map(([keyword, value]) => `${keyword}: ${(JSON.stringify(value) ?? '').slice(0, MAX_QUOTE)}`)
  return { description: `${before}{${quotes.join(', ')}}` }
}

const BOUNDS: ReadonlySet<string> = new Set([
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
])

/** The value of a keyword of a type as it is sent; `undefined` where it does not. */
function takenAs(dialect: SchemaDialect, keyword: string, value: unknown, type: TypeName): unknown {
  const { takes, formats, patterns, integerBounds, most } = dialect
  if (!takes.has(keyword as Keyword)) return undefined
  if (keyword === 'pattern') return typeof value === 'string' ? patternIn(patterns, value) : undefined
  if (keyword === 'format')
    return type === 'string' && typeof value === 'string' && formats.has(value) ? value : undefined
  if (integerBounds && type === 'number' && BOUNDS.has(keyword)) return undefined
  const limit = most?.[keyword as Keyword]
  return limit === undefined || (typeof value === 'number' && value <= limit) ? value : undefined
}

/** Whether a keyword of a type is sent as it is. */
export function isTaken(dialect: SchemaDialect, keyword: string, value: unknown, type: TypeName): boolean {
  return takenAs(dialect, keyword, value, type) === value
}

/** @returns The same schema if it has no such pattern. Servers refuse one anywhere. */
export function withoutLookaround<T>(schema: T, depth = 0): T {
  if (depth > 100) return schema
  if (Array.isArray(schema)) {
    const list = schema.map((one: unknown) => withoutLookaround(one, depth + 1))
    return list.some((one, at) => one !== schema[at]) ? (list as T) : schema
  }
  if (!isObject(schema)) return schema
  let changed = false
  const kept: [string, unknown][] = []
  for (const [keyword, value] of Object.entries(schema)) {
    // A property of that name is a schema, not a text.
    if (keyword === 'pattern' && typeof value === 'string' && looksAround(value)) {
      changed = true
      continue
    }
    const inner = withoutLookaround(value, depth + 1)
    changed ||= inner !== value
    kept.push([keyword, inner])
  }
  return changed ? (Object.fromEntries(kept) as T) : schema
}
/** Longer patterns beside a format are a library's way to check that format. */
const MAX_OWN_PATTERN = 60

/** What is said already, or says no more than its type: a library's pattern beside a format, the range of safe integers. */
function isImplied(schema: JsonObject, keyword: string, value: unknown, type: TypeName): boolean {
  if (keyword === 'pattern')
    return typeof schema['format'] === 'string' && typeof value === 'string' && value.length > MAX_OWN_PATTERN
  if (keyword === 'format') return type !== 'string'
  if (type !== 'integer') return false
  return (
    (keyword === 'minimum' && value === Number.MIN_SAFE_INTEGER) ||
    (keyword === 'maximum' && value === Number.MAX_SAFE_INTEGER)
  )
}

/** Bounds as numbers: an older draft has flags, and of integers an open bound is a closed one. */
function withNumericBounds(schema: JsonObject, type: TypeName, { takes: taken }: SchemaDialect): JsonObject {
  if (!appliesTo('minimum', type)) return schema
  const fixed = { ...schema }
  for (const [open, closed, step] of [
    ['exclusiveMinimum', 'minimum', 1],
    ['exclusiveMaximum', 'maximum', -1],
  ] as const) {
    if (typeof fixed[open] === 'boolean') {
      if (fixed[open]) {
        fixed[open] = fixed[closed]
        delete fixed[closed]
      } else delete fixed[open]
    }
    const bound = fixed[open]
    if (type !== 'integer' || typeof bound !== 'number' || taken.has(open) || !taken.has(closed)) continue
    if (!Number.isInteger(bound)) continue
    const other = fixed[closed]
    const next = bound + step
    fixed[closed] = typeof other !== 'number' ? next : step > 0 ? Math.max(other, next) : Math.min(other, next)
    delete fixed[open]
  }
  return fixed
}
