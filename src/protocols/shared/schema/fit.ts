/** A JSON Schema as a dialect takes it: rewritten where its meaning stays, refused where it does not. */
import { isObject } from '../../../kernel/json.js'
import type { JsonObject } from '../../../kernel/protocol.js'
import type { SchemaDialect } from './dialect.js'
import { CannotSay, Fitting, ROOT, nullableOf, childSpot, type Place, type Spot } from './fitting.js'
import { conforms } from './conforms.js'
import { fitArray, fitObject } from './containers.js'
import { measure, overLimit, type Measure } from './measure.js'
import { mergeAll } from './merge-all.js'
import { rootKind, wrapperOf } from './root.js'
import { fitValues } from './values.js'
import { annotationsOf, keywordsOf } from './described.js'
import {
  ANNOTATIONS,
  alternativesOf,
  acceptsAnything,
  acceptsNothing,
  isSilent,
  typesOf,
  withoutKeywords,
  type TypeName,
} from './keywords.js'

/** Schemas nested deeper are refused; an honest one is not. */
const MAX_DEPTH = 100

export interface Fitted {
  readonly schema: JsonObject
  /** Keywords that are not enforced, but stated in descriptions. */
  readonly told: readonly Place[]
  readonly nullables: readonly string[]
  readonly size: Measure
}

export interface SchemaMisfit {
  readonly place: Place
  readonly why: string
}

/** @param wrap - Put an object around what may not be at the root; otherwise it is refused. */
export function fitSchema(root: JsonObject, dialect: SchemaDialect, wrap: boolean): Fitted | SchemaMisfit {
  if (conforms(root, dialect)) return { schema: root, told: [], nullables: [], size: measure(root) }
  const fitting = new Fitting(dialect, root, fit)
  try {
    const schema = withDefinitions(fitRoot(fitting, wrap), fitting)
    const size = measure(schema)
    const over = overLimit(size, dialect.limits)
    if (over) return { place: { path: '', keyword: over.limit }, why: over.why }
    return { schema, told: fitting.told, nullables: fitting.nullables, size }
  } catch (error) {
    if (error instanceof CannotSay) return { place: error.place, why: error.why }
    throw error
  }
}

function fitRoot(fitting: Fitting, wrap: boolean): JsonObject {
  const { root, dialect } = fitting
  const kind = rootKind(root)
  // Arguments without properties are none.
  const isBare = kind === 'object' && acceptsAnything(withoutKeywords(root, ['type']))
  const schema = isBare ? { ...root, properties: {} } : root
  if (dialect.roots.includes(kind)) {
    const { $ref: reference, ...rest } = schema
    if (reference === undefined) return fit(schema, fitting, ROOT)
    const target = mergeAll([fitting.references.resolve(reference) ?? false, rest], fitting.references)
    return fit(target ?? fitting.refuse(ROOT, '$ref', 'it leads nowhere'), fitting, ROOT)
  }
  if (!wrap) fitting.refuse(ROOT, 'type', 'the root has to be an object')
  const name = wrapperOf(root)
  return {
    type: 'object',
    properties: { [name]: fit(schema, fitting, ROOT) },
    required: [name],
    ...(dialect.closed && { additionalProperties: false }),
  }
}

function withDefinitions(given: JsonObject, fitting: Fitting): JsonObject {
  const { definitions, dialect } = fitting
  if (definitions.size === 0) return given
  if (dialect.refsInUnions !== false) return { ...given, $defs: Object.fromEntries(definitions) }
  const schema = withoutRefsInUnions(given, fitting)
  const all = [...definitions].map(([name, one]) => [name, withoutRefsInUnions(one, fitting)] as const)
  return { ...schema, $defs: Object.fromEntries(all) }
}

/** With the meaning of a reference where it would be an alternative. */
function withoutRefsInUnions(schema: JsonObject, fitting: Fitting, inside: readonly string[] = []): JsonObject {
  const next = (one: unknown): unknown => (isObject(one) ? withoutRefsInUnions(one, fitting, inside) : one)
  const alternative = (one: unknown): unknown => {
    const name = isObject(one) && typeof one['$ref'] === 'string' ? one['$ref'].slice('#/$defs/'.length) : undefined
    if (name === undefined) return next(one)
    if (inside.includes(name)) fitting.refuse(ROOT, '$ref', 'an alternative that holds itself is not taken')
    return withoutRefsInUnions(fitting.definitions.get(name) ?? {}, fitting, [...inside, name])
  }
  const { anyOf, items, properties } = schema
  return {
    ...schema,
    ...(Array.isArray(anyOf) && { anyOf: anyOf.map(alternative) }),
    ...(items !== undefined && { items: next(items) }),
    ...(isObject(properties) && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, next(one)])),
    }),
  }
}

export function fit(given: unknown, fitting: Fitting, at: Spot): JsonObject {
  if (at.depth > MAX_DEPTH) fitting.refuse(at, 'depth', `it is nested deeper than ${MAX_DEPTH}`)
  if (acceptsNothing(given)) fitting.refuse(at, 'not', 'nothing fits it')
  if (acceptsAnything(given) && fitting.dialect.untyped) return isObject(given) ? annotationsOf(given, fitting) : {}
  if (acceptsAnything(given) || !isObject(given))
    return fitting.refuse(at, 'type', 'any value fits it, and a type is needed')
  if (given['$dynamicRef'] !== undefined || given['$recursiveRef'] !== undefined)
    fitting.refuse(at, '$dynamicRef', 'references have to be `$ref`')
  if (given['$ref'] !== undefined) return fitReference(given, fitting, at)
  if (Array.isArray(given['allOf']))
    return fitAll([withoutKeywords(given, ['allOf']), ...(given['allOf'] as unknown[])], 'allOf', fitting, at)
  if (Array.isArray(given['anyOf']) && Array.isArray(given['oneOf']))
    return fitAll([withoutKeywords(given, ['oneOf']), { oneOf: given['oneOf'] }], 'oneOf', fitting, at)
  const alternatives = alternativesOf(given)
  return alternatives ? fitUnion(given, alternatives, fitting, at) : fitTypes(given, fitting, at)
}

function fitAll(schemas: readonly unknown[], keyword: string, fitting: Fitting, at: Spot): JsonObject {
  const merged = mergeAll(schemas, fitting.references)
  return fit(merged ?? fitting.refuse(at, keyword, 'its parts cannot be said as one'), fitting, childSpot(at, ''))
}

function fitReference(schema: JsonObject, fitting: Fitting, at: Spot): JsonObject {
  const { references, dialect } = fitting
  const { $ref: reference, ...rest } = schema
  const target = references.resolve(reference)
  if (!target || typeof reference !== 'string')
    return fitting.refuse(at, '$ref', 'it has to lead to a place in the same schema')
  if (references.isEmpty(reference)) fitting.refuse(at, '$ref', 'it leads to itself alone')
  const isRecursive = references.leadsTo(reference, reference)
  const beside = Object.entries(rest).filter(([keyword, value]) => value !== undefined && !isSilent(keyword))
  const isDescribed = beside.length > 0 && beside.every(([keyword]) => ANNOTATIONS.has(keyword))
  if (isRecursive && dialect.recursion === 'none') fitting.refuse(at, '$ref', 'a schema that holds itself is not taken')
  if (isRecursive && dialect.recursion === 'optional' && !at.optional && references.leadsTo(reference, at.inside))
    fitting.refuse(at, '$ref', 'a schema may hold itself only below an optional property')
  // Nothing may be beside a reference.
  if (beside.length > 0 && !(isRecursive && isDescribed)) return fitAll([rest, target], '$ref', fitting, at)
  const name = references.nameOf(reference)
  if (!fitting.definitions.has(name)) {
    fitting.definitions.set(name, {})
    fitting.definitions.set(name, fit(target, fitting, childSpot(at, '', { inside: reference, optional: false })))
  }
  const plain = { $ref: `#/$defs/${name}` }
  return isDescribed ? { ...annotationsOf(rest, fitting), anyOf: [plain] } : plain
}

function fitUnion(schema: JsonObject, alternatives: readonly unknown[], fitting: Fitting, at: Spot): JsonObject {
  const rest = withoutKeywords(schema, ['anyOf', 'oneOf', 'nullable', ...ANNOTATIONS])
  const isBare = Object.keys(rest).every((keyword) => isSilent(keyword) || rest[keyword] === undefined)
  const fitted = alternatives.map((one, place) => {
    const spot = childSpot(at, alternatives.length > 1 ? `|${place + 1}` : '')
    const whole = isBare ? one : mergeAll([rest, one], fitting.references)
    return fit(whole ?? fitting.refuse(spot, 'anyOf', 'the fields next to it cannot be merged with it'), fitting, spot)
  })
  const nullable = schema['nullable'] === true ? [{ type: 'null' }] : []
  const all = distinct([...fitted.flatMap(flatten), ...nullable])
  const [only] = all
  if (!only) return fitting.refuse(at, 'anyOf', 'nothing fits it')
  const annotations = annotationsOf(schema, fitting)
  return all.length === 1 && (!('$ref' in only) || Object.keys(annotations).length === 0)
    ? { ...only, ...annotations }
    : { ...annotations, anyOf: all }
}

/** A union within a union is one. */
function flatten(schema: JsonObject): readonly JsonObject[] {
  const { anyOf, ...rest } = schema
  return Array.isArray(anyOf) && Object.keys(rest).length === 0 ? anyOf.filter(isObject) : [schema]
}

function distinct(list: readonly JsonObject[]): readonly JsonObject[] {
  const seen = new Set<string>()
  return list.filter((one) => {
    const text = JSON.stringify(one)
    return !seen.has(text) && seen.add(text)
  })
}

function fitTypes(schema: JsonObject, fitting: Fitting, at: Spot): JsonObject {
  const types = typesOf(schema) ?? fitting.refuse(at, 'type', 'any value fits it, and a type is needed')
  const others = types.filter((type) => type !== 'null')
  const [only] = others
  const isNullable = others.length < types.length || schema['const'] === null
  if (!only || schema['const'] === null) return { type: 'null', ...annotationsOf(schema, fitting) }
  if (others.length === 1) {
    const fitted = fitType(schema, only, fitting, at)
    const isNullTaken = !Array.isArray(schema['enum']) || schema['enum'].includes(null)
    return isNullable && isNullTaken ? nullableOf(fitted, fitting) : fitted
  }
  const annotations = annotationsOf(schema, fitting)
  const plain = withoutKeywords(schema, ['type', 'nullable', ...ANNOTATIONS])
  const values = Array.isArray(schema['enum']) ? (schema['enum'] as unknown[]) : undefined
  const fitted = others.flatMap((type): JsonObject[] =>
    values && !values.some((value) => fitsType(value, type)) ? [] : [fitType({ ...plain, type }, type, fitting, at)],
  )
  const withNull = isNullable && (!values || values.includes(null)) ? [{ type: 'null' }] : []
  return { ...annotations, anyOf: distinct([...fitted, ...withNull]) }
}

function fitsType(value: unknown, type: TypeName): boolean {
  if (type === 'integer') return Number.isInteger(value)
  return type === 'object' || type === 'array' ? false : typeof value === type
}

function fitType(schema: JsonObject, type: TypeName, fitting: Fitting, at: Spot): JsonObject {
  if ('const' in schema || Array.isArray(schema['enum'])) return fitValues(schema, type, fitting, at)
  if (type === 'object') return fitObject(schema, fitting, at)
  if (type === 'array') return fitArray(schema, fitting, at)
  return { type, ...keywordsOf(schema, type, fitting, at) }
}
