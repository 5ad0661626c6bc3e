/** Whether a dialect takes a schema as it is; then it is not changed. */
import { isObject } from '../../../kernel/json.js'
import type { JsonObject } from '../../../kernel/protocol.js'
import type { SchemaDialect } from './dialect.js'
import { measure, overLimit } from './measure.js'
import { References } from './references.js'
import { rootKind } from './root.js'
import { isTaken } from './described.js'
import { typeOfValue, typesOf, withoutKeywords } from './keywords.js'

const STRUCTURE: ReadonlySet<string> = new Set([
  'additionalProperties',
  'anyOf',
  'description',
  'enum',
  'items',
  'prefixItems',
  'properties',
  'required',
  'title',
  'type',
])

export function conforms(root: JsonObject, dialect: SchemaDialect): boolean {
  const references = new References(root)
  const { $ref: reference, ...beside } = root
  const isRoot =
    dialect.roots.includes(rootKind(root)) && (reference === undefined || !dialect.roots.includes('object'))
  if (!isRoot || overLimit(measure(root), dialect.limits)) return false
  const definitions = [root['$defs'], root['definitions']].flatMap((map) => (isObject(map) ? Object.entries(map) : []))
  return [['', beside] as const, ...definitions].every(
    ([name, schema]) =>
      isObject(schema) && holds(name === '' ? withoutKeywords(schema, ['$defs', 'definitions']) : schema),
  )

  function holds(schema: unknown, depth = 0): boolean {
    if (!isObject(schema) || depth > 100) return false
    if (schema['$ref'] !== undefined) return isPlainReference(schema)
    const inner = (one: unknown): boolean => holds(one, depth + 1)
    const { type, anyOf, items, prefixItems: prefix } = schema
    const types = typesOf(schema)
    if (Array.isArray(anyOf)) {
      const hasReference = anyOf.some((one) => isObject(one) && one['$ref'] !== undefined)
      if (hasReference && dialect.refsInUnions === false) return false
      const rest = Object.keys(schema).filter((keyword) => keyword !== 'anyOf')
      return (
        rest.every((keyword) => keyword === 'description' || keyword === 'title' || isKept(schema, keyword)) &&
        anyOf.every(inner)
      )
    }
    if (type === undefined || !types || !isTypeTaken(type)) return false
    // Servers refuse a word that they do not know, also one that says nothing; all of them know `$schema`.
    const isKnown = (keyword: string): boolean => STRUCTURE.has(keyword) || keyword === '$schema'
    if (!Object.keys(schema).every((keyword) => isKnown(keyword) || isKept(schema, keyword))) return false
    if (schema['enum'] !== undefined && !isEnumTaken(schema['enum'])) return false
    if (types.includes('object') && !holdsObject(schema, inner)) return false
    if (!types.includes('array')) return true
    if (prefix !== undefined && !(dialect.takes.has('prefixItems') && Array.isArray(prefix) && prefix.every(inner)))
      return false
    return prefix === undefined ? inner(items) : items === undefined || items === false || inner(items)
  }

  function isPlainReference(schema: JsonObject): boolean {
    const own = schema['$ref']
    if (typeof own !== 'string' || Object.keys(schema).length > 1 || !references.resolve(own)) return false
    // Anything else than a definition with a plain name is moved there.
    return (
      /^#\/\$defs\/[\w.-]+$/.test(own) &&
      !references.isEmpty(own) &&
      (dialect.recursion === 'any' || !references.leadsTo(own, own))
    )
  }

  function isKept(schema: JsonObject, keyword: string): boolean {
    return (typesOf(schema) ?? []).every((type) => type === 'null' || isTaken(dialect, keyword, schema[keyword], type))
  }

  function isTypeTaken(type: unknown): boolean {
    if (typeof type === 'string') return type === type.toLowerCase()
    return dialect.typeLists && Array.isArray(type) && type.length === 2 && type.includes('null')
  }

  function isEnumTaken(values: unknown): boolean {
    return (
      Array.isArray(values) &&
      values.every((value) => value === null || (dialect.enums as readonly string[]).includes(typeOfValue(value)))
    )
  }

  function holdsObject(schema: JsonObject, inner: (one: unknown) => boolean): boolean {
    const { properties, additionalProperties: others, required } = schema
    if (dialect.closed && others !== false) return false
    if (isObject(others) && !inner(others)) return false
    const isMap = isObject(others) || others === true
    if (isObject(others) && dialect.plainMaps) return false
    const takesEmpty = (dialect.emptyObjects ?? 'any') === 'any'
    if (properties === undefined)
      return others === false ? takesEmpty : (takesEmpty || isMap) && dialect.takes.has('additionalProperties')
    if (!isObject(properties)) return false
    const needed: readonly unknown[] = Array.isArray(required) ? (required as unknown[]) : []
    const names = Object.keys(properties)
    if (names.length === 0 && !isMap && !takesEmpty) return false
    if (dialect.someRequired && names.length > 0 && needed.length === 0) return false
    if (dialect.allRequired && !names.every((name) => needed.includes(name))) return false
    return needed.every((name) => names.includes(String(name))) && Object.values(properties).every(inner)
  }
}
