/** What is at the root of a schema, and the object that is put around it where only an object may be there. */
import { isObject } from '../../../kernel/json.js'
import type { JsonObject } from '../../../kernel/protocol.js'
import type { RootKind } from './dialect.js'
import { resolveReference } from './references.js'
import { alternativesOf, typesOf } from './keywords.js'

export function rootKind(schema: JsonObject, root: JsonObject = schema, depth = 0): RootKind {
  if (depth > 16) return 'union'
  const inner = (one: unknown): RootKind => (isObject(one) ? rootKind(one, root, depth + 1) : 'union')
  const { $ref: reference, allOf } = schema
  if (reference !== undefined) return inner(resolveReference(root, reference))
  const alternatives = alternativesOf(schema)
  if (alternatives) {
    const [only, ...others] = alternatives
    return others.length > 0 || schema['nullable'] === true ? 'union' : inner(only)
  }
  const types = typesOf(schema)
  if (Array.isArray(allOf) && !types) {
    const kinds = allOf.map(inner)
    return kinds.includes('union') ? 'union' : (kinds[0] ?? 'scalar')
  }
  if (types && types.length > 1) return 'union'
  const type = types?.[0]
  return type === 'object' || type === 'array' ? type : 'scalar'
}

/** Name of the property that holds the whole answer; one that no object at the root has. */
export function wrapperOf(schema: JsonObject): string {
  const names = new Set<string>()
  collectNames(schema, schema, names, 0)
  let name = 'value'
  for (let count = 2; names.has(name); count += 1) name = `value_${count}`
  return name
}

function collectNames(schema: unknown, root: JsonObject, names: Set<string>, depth: number): void {
  if (!isObject(schema) || depth > 16) return
  if (isObject(schema['properties'])) for (const name of Object.keys(schema['properties'])) names.add(name)
  const inner = [
    ...(schema['$ref'] === undefined ? [] : [resolveReference(root, schema['$ref'])]),
    ...['anyOf', 'oneOf', 'allOf'].flatMap((word) => (Array.isArray(schema[word]) ? (schema[word] as unknown[]) : [])),
  ]
  for (const one of inner) collectNames(one, root, names, depth + 1)
}

/** The schema as it is, in an object. References into it point where it now stands. */
export function wrapped(schema: JsonObject): JsonObject {
  const name = wrapperOf(schema)
  const { $defs, definitions, $schema: _dialect, ...rest } = moved(schema, `#/properties/${name}`) as JsonObject
  return {
    type: 'object',
    properties: { [name]: rest },
    required: [name],
    additionalProperties: false,
    ...(isObject($defs) && { $defs }),
    ...(isObject(definitions) && { definitions }),
  }
}

function moved(schema: unknown, to: string, depth = 0): unknown {
  if (depth > 200) return schema
  if (Array.isArray(schema)) return schema.map((one) => moved(one, to, depth + 1))
  if (!isObject(schema)) return schema
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => [
      keyword,
      keyword === '$ref' && typeof value === 'string' && /^#(?:$|\/(?!(?:\$defs|definitions)\/))/.test(value)
        ? value.replace(/^#/, to)
        : moved(value, to, depth + 1),
    ]),
  )
}
