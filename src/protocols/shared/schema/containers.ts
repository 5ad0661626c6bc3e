/** Objects and lists. */
import { asArray, isObject } from '../../../kernel/json.js'
import type { JsonObject } from '../../../kernel/protocol.js'
import type { SchemaDialect } from './dialect.js'
import { ROOT, nullableOf, childSpot, type Fitting, type Spot } from './fitting.js'
import { keywordsOf } from './described.js'
import { acceptsAnything, acceptsNothing, jsonEqual, withoutKeywords } from './keywords.js'

export function fitObject(given: JsonObject, fitting: Fitting, at: Spot): JsonObject {
  const { dialect } = fitting
  const schema = withListedNames(withEveryName(given))
  const { properties: declared, additionalProperties: others, patternProperties: patterns } = schema
  if (isObject(patterns) && Object.keys(patterns).length > 0)
    fitting.refuse(at, 'patternProperties', 'names of properties have to be known')
  const isMap = others !== undefined && !acceptsNothing(others)
  const beside: JsonObject = {}
  let open: JsonObject = dialect.closed ? { additionalProperties: false } : {}
  if (!dialect.closed) {
    if (others === false) open = { additionalProperties: false }
    else if (isMap && acceptsAnything(others)) open = { additionalProperties: true }
    else if (others === undefined && !isObject(declared)) open = { additionalProperties: true }
    else if (isMap) open = { additionalProperties: fitMap(others, fitting, at) }
  } else if (!isObject(declared) && others !== false) {
    fitting.refuse(at, 'additionalProperties', 'names of properties have to be known')
  } else if (isMap) {
    if (!acceptsAnything(others)) fitting.refuse(at, 'additionalProperties', 'names of properties have to be known')
    // Without them an answer still fits the caller's schema.
    beside['additionalProperties'] = true
  }
  const { properties, required } = fitProperties(schema, fitting, at)
  if (Object.keys(properties).length === 0 && !open['additionalProperties']) refuseEmpty(fitting, at)
  return {
    type: 'object',
    ...keywordsOf(schema, 'object', fitting, at, beside),
    ...((isObject(declared) || dialect.closed) && { properties }),
    ...((required.length > 0 || dialect.allRequired) && { required }),
    ...open,
  }
}

function fitMap(values: unknown, fitting: Fitting, at: Spot): JsonObject {
  const fitted = fitting.fit(values, childSpot(at, '.*'))
  const isPlain = fitted['anyOf'] === undefined && fitted['$ref'] === undefined && fitted['type'] !== 'object'
  if (fitting.dialect.plainMaps && !isPlain) fitting.tell(at, 'additionalProperties')
  return fitted
}

function refuseEmpty({ dialect, refuse }: Fitting, at: Spot): void {
  const { emptyObjects = 'any' } = dialect
  const isRoot = at.path === '' && at.inside === ROOT.inside
  if (emptyObjects === 'any' || (emptyObjects === 'root' && isRoot)) return
  refuse(at, 'properties', 'an object without properties is not taken')
}

/** A pattern that every name fits is a map: so TypeBox writes a record. */
function withEveryName(schema: JsonObject): JsonObject {
  const { patternProperties: patterns, additionalProperties: others } = schema
  if (!isObject(patterns) || (others !== undefined && !acceptsNothing(others))) return schema
  const [[pattern, values] = [], ...more] = Object.entries(patterns)
  if (pattern === undefined || more.length > 0 || !/^\^?(?:\.\*|\(\.\*\))?\$?$/.test(pattern)) return schema
  return { ...withoutKeywords(schema, ['patternProperties']), additionalProperties: values }
}

/** A map whose names are listed is an object with those properties: so zod writes a record of an enum. */
function withListedNames(schema: JsonObject): JsonObject {
  const { properties, propertyNames, additionalProperties: others } = schema
  if (isObject(properties) || !isObject(propertyNames) || others === undefined || acceptsNothing(others)) return schema
  const names = 'const' in propertyNames ? [propertyNames['const']] : propertyNames['enum']
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) return schema
  return {
    ...withoutKeywords(schema, ['propertyNames']),
    properties: Object.fromEntries(names.map((name) => [name, others])),
    additionalProperties: false,
  }
}

function fitProperties(
  schema: JsonObject,
  fitting: Fitting,
  at: Spot,
): { properties: JsonObject; required: readonly string[] } {
  const { allRequired } = fitting.dialect
  const declared = isObject(schema['properties']) ? schema['properties'] : {}
  const needed: ReadonlySet<unknown> = new Set(asArray(schema['required']))
  const fitted: [string, JsonObject][] = []
  const forced = forcedName(declared, needed, fitting.dialect)
  for (const [name, inner] of Object.entries(declared)) {
    const isOptional = !needed.has(name)
    // One that must not be there is not there.
    if (isOptional && acceptsNothing(inner)) continue
    const spot = childSpot(at, `.${name}`, isOptional ? { optional: true } : {})
    const one = fitting.fit(inner, spot)
    const isForced = isOptional && (allRequired || name === forced)
    if (isForced) fitting.nullables.push(spot.path)
    fitted.push([name, isForced ? nullableOf(one, fitting) : one])
  }
  for (const name of needed) {
    if (typeof name === 'string' && !Object.hasOwn(declared, name))
      fitting.refuse(at, 'required', `\`${name}\` is required and has no schema`)
  }
  const names = fitted.map(([name]) => name)
  // In the caller's order, where there is one.
  const isListed = (name: unknown): name is string => typeof name === 'string' && names.includes(name)
  const listed = [...needed, forced].filter(isListed)
  const all = listed.length === names.length ? listed : names
  // `fromEntries` defines, so that no name is taken for a prototype.
  return { properties: Object.fromEntries(fitted), required: allRequired ? all : listed }
}

/** The property to require if the caller requires none, but the dialect needs one. */
function forcedName(declared: JsonObject, needed: ReadonlySet<unknown>, dialect: SchemaDialect): string | undefined {
  if (!dialect.someRequired || needed.size > 0) return undefined
  return Object.keys(declared).find((name) => !acceptsNothing(declared[name]))
}

export function fitArray(given: JsonObject, fitting: Fitting, at: Spot): JsonObject {
  const schema = withPrefix(given)
  const { prefixItems: prefix, items } = schema
  if (Array.isArray(prefix) && prefix.length > 0) return fitTuple(schema, prefix, fitting, at)
  if (acceptsNothing(items))
    return { type: 'array', ...keywordsOf(schema, 'array', fitting, at, { maxItems: 0 }), items: { type: 'string' } }
  const isUntyped = items === undefined || acceptsAnything(items)
  if (isUntyped && !fitting.dialect.untyped) fitting.refuse(at, 'items', 'a list needs the schema of its entries')
  return {
    type: 'array',
    ...keywordsOf(schema, 'array', fitting, at),
    items: fitting.fit(items ?? {}, childSpot(at, '[]')),
  }
}

/** Older drafts list the schemas of a tuple in `items`. */
function withPrefix(schema: JsonObject): JsonObject {
  const { items, additionalItems: rest } = schema
  if (!Array.isArray(items)) return schema
  return {
    ...withoutKeywords(schema, ['items', 'additionalItems']),
    prefixItems: items,
    ...(rest !== undefined && { items: rest }),
  }
}

function fitTuple(schema: JsonObject, prefix: readonly unknown[], fitting: Fitting, at: Spot): JsonObject {
  const { dialect } = fitting
  const { items } = schema
  const fitted = prefix.map((one, place) => fitting.fit(one, childSpot(at, `[${place}]`)))
  const isOpen = items !== undefined && !acceptsNothing(items)
  const rest = isOpen && !acceptsAnything(items) ? [fitting.fit(items, childSpot(at, '[]'))] : []
  if (dialect.takes.has('prefixItems')) {
    const last = rest[0] ?? (dialect.closed ? false : undefined)
    const { minItems, maxItems } = schema
    const isSized = last === false && minItems === prefix.length && maxItems === prefix.length
    return {
      type: 'array',
      ...keywordsOf(isSized ? withoutKeywords(schema, ['minItems', 'maxItems']) : schema, 'array', fitting, at),
      prefixItems: fitted,
      ...(last !== undefined && { items: last }),
    }
  }
  const all = [...fitted, ...rest]
  const kinds = all.filter((one, place) => all.findIndex((other) => jsonEqual(one, other)) === place)
  const [only] = kinds
  const sized = isOpen ? {} : { minItems: schema['minItems'] ?? prefix.length, maxItems: prefix.length }
  return {
    type: 'array',
    ...keywordsOf({ ...schema, ...sized }, 'array', fitting, at, kinds.length > 1 ? { prefixItems: fitted } : {}),
    items: kinds.length === 1 ? only : { anyOf: kinds },
  }
}
