/** JSON Schema's keywords, by kind. */
import { isObject } from '../../../kernel/json.js'
import type { JsonObject } from '../../../kernel/protocol.js'

export type TypeName = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null'

/** They do not describe the answer. */
const SILENT: ReadonlySet<string> = new Set([
  '$anchor',
  '$comment',
  '$defs',
  '$dynamicAnchor',
  '$id',
  '$schema',
  '$vocabulary',
  'contentEncoding',
  'contentMediaType',
  'contentSchema',
  'definitions',
  'deprecated',
  'discriminator',
  'externalDocs',
  'id',
  'propertyOrdering',
  'readOnly',
  'unevaluatedItems',
  'unevaluatedProperties',
  'writeOnly',
  'xml',
])

/** They describe and do not narrow. */
export const ANNOTATIONS: ReadonlySet<string> = new Set(['default', 'description', 'example', 'examples', 'title'])

export function isSilent(keyword: string): boolean {
  return SILENT.has(keyword) || keyword.startsWith('x-')
}

/** The types that a keyword narrows; for other types it has no effect. */
const OF_TYPE: ReadonlyMap<string, readonly TypeName[]> = new Map<string, readonly TypeName[]>([
  ...['minLength', 'maxLength', 'pattern'].map((keyword) => [keyword, ['string']] as const),
  ['format', ['string', 'number', 'integer']],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'].map(
    (keyword) => [keyword, ['number', 'integer']] as const,
  ),
  ...['items', 'prefixItems', 'additionalItems', 'minItems', 'maxItems', 'uniqueItems', 'contains'].map(
    (keyword) => [keyword, ['array']] as const,
  ),
  ...['minContains', 'maxContains'].map((keyword) => [keyword, ['array']] as const),
  ...['properties', 'required', 'additionalProperties', 'patternProperties', 'propertyNames'].map(
    (keyword) => [keyword, ['object']] as const,
  ),
  ...['minProperties', 'maxProperties', 'dependentRequired', 'dependentSchemas', 'dependencies'].map(
    (keyword) => [keyword, ['object']] as const,
  ),
])

export function appliesTo(keyword: string, type: TypeName): boolean {
  return OF_TYPE.get(keyword)?.includes(type) ?? true
}

const TYPES: ReadonlySet<unknown> = new Set(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'])

export function typeOfValue(value: unknown): TypeName {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  const type = typeof value
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object'
}

/** The types a schema allows, explicit or implied; `undefined` when it allows any. OpenAPI's older keywords are read too. */
export function typesOf(schema: JsonObject): readonly TypeName[] | undefined {
  const types = saidTypes(schema) ?? meantTypes(schema)
  if (!types) return undefined
  const all = schema['nullable'] === true && !types.includes('null') ? [...types, 'null' as const] : types
  return all
}

function saidTypes({ type }: JsonObject): readonly TypeName[] | undefined {
  const list = (Array.isArray(type) ? type : [type])
    .map((name: unknown) => (typeof name === 'string' ? name.toLowerCase() : name))
    .filter((name): name is TypeName => TYPES.has(name))
  return list.length > 0 ? [...new Set(list)] : undefined
}

function meantTypes(schema: JsonObject): readonly TypeName[] | undefined {
  if ('const' in schema) return [typeOfValue(schema['const'])]
  if (Array.isArray(schema['enum'])) return [...new Set(schema['enum'].map(typeOfValue))]
  for (const [keyword, [type]] of OF_TYPE) if (type !== undefined && schema[keyword] !== undefined) return [type]
  return undefined
}

/** `false`, or the equivalent `not`: nothing fits. */
export function acceptsNothing(schema: unknown): boolean {
  if (schema === false) return true
  if (!isObject(schema) || !('not' in schema)) return false
  const { not } = schema
  return not === true || (isObject(not) && Object.keys(not).length === 0)
}

/** `true`, or an equivalent object: anything fits. */
export function acceptsAnything(schema: unknown): boolean {
  if (schema === true) return true
  return isObject(schema) && Object.keys(schema).every((keyword) => isSilent(keyword) || ANNOTATIONS.has(keyword))
}

/** Alternatives of `anyOf` or `oneOf`. */
export function alternativesOf(schema: JsonObject): readonly unknown[] | undefined {
  const list = schema['anyOf'] ?? schema['oneOf']
  return Array.isArray(list) ? (list as unknown[]).filter((one) => !acceptsNothing(one)) : undefined
}

export function withoutKeywords(schema: JsonObject, keywords: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !keywords.includes(keyword)))
}

export function jsonEqual(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}
