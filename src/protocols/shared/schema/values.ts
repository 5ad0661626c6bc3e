/** A `const` and an `enum`. */
import { isObject } from '../../../kernel/json.js'
import type { JsonObject } from '../../../kernel/protocol.js'
import { childSpot, type Fitting, type Spot } from './fitting.js'
import { annotationsOf, keywordsOf } from './described.js'
import { jsonEqual, typeOfValue, withoutKeywords, type TypeName } from './keywords.js'

export function fitValues(schema: JsonObject, type: TypeName, fitting: Fitting, at: Spot): JsonObject {
  const { dialect } = fitting
  const isConst = 'const' in schema
  const given = isConst ? [schema['const']] : (schema['enum'] as unknown[])
  const values = given.filter((value) => {
    const own = typeOfValue(value)
    if (own === 'null') return false
    return own === type || (type === 'integer' && own === 'number' && Number.isInteger(value))
  })
  if (values.length === 0) fitting.refuse(at, isConst ? 'const' : 'enum', 'none of its values has its type')
  if (type === 'object' || type === 'array') return fitStructured(schema, values, fitting, at)
  const rest = withoutKeywords(schema, ['enum', 'const'])
  const kind = type === 'integer' ? 'number' : type
  const [only] = values
  if (isConst && dialect.takes.has('const')) return { type, ...keywordsOf(rest, type, fitting, at), const: only }
  if (kind !== 'null' && dialect.enums.includes(kind))
    return { type, ...keywordsOf(rest, type, fitting, at), enum: values.filter(isFirst) }
  // A flag that can only be one of both is told to be that.
  return { type, ...keywordsOf(rest, type, fitting, at, { [isConst ? 'const' : 'enum']: isConst ? only : values }) }
}

function isFirst(value: unknown, place: number, list: readonly unknown[]): boolean {
  return list.findIndex((other) => jsonEqual(other, value)) === place
}

/** Objects and lists that are values: each as the schema that only it fits. */
function fitStructured(schema: JsonObject, values: readonly unknown[], fitting: Fitting, at: Spot): JsonObject {
  const fitted = values.map((value) => fitting.fit(schemaOfValue(value), childSpot(at, '')))
  const [only] = fitted
  return fitted.length === 1
    ? { ...only, ...annotationsOf(schema, fitting) }
    : { ...annotationsOf(schema, fitting), anyOf: fitted }
}

function schemaOfValue(value: unknown): JsonObject {
  if (Array.isArray(value)) {
    const { length } = value
    return { type: 'array', prefixItems: value.map(schemaOfValue), items: false, minItems: length, maxItems: length }
  }
  if (!isObject(value)) return { const: value }
  const properties = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, schemaOfValue(inner)]))
  return { type: 'object', properties, required: Object.keys(value), additionalProperties: false }
}
