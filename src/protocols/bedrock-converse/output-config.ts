/** Structured output (https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html), both ways. */
import { formatHint } from '../../kernel/format-hint.js'
import type { ResponseFormat } from '../../kernel/hub.js'
import { asString, compact, isObject, parseJson } from '../../kernel/json.js'
import type { Limits } from '../../kernel/limits.js'
import type { JsonObject } from '../../kernel/protocol.js'
import type { SchemaFitter } from '../shared/schema/fitter.js'

/** @returns The native format, or a sentence for the system prompt if there is none. */
export function encodeFormat(
  format: ResponseFormat | null | undefined,
  takesSchema: boolean,
  fitter: SchemaFitter,
  limits: Limits,
): { outputConfig?: JsonObject; hint?: string } {
  if (format == null || format.type === 'text') return {}
  const schema = format.type === 'json_schema' ? format.json_schema.schema : undefined
  const enforced = schema && takesSchema ? fitter.format(schema, 'asked for in the system prompt') : undefined
  if (format.type === 'json_schema' && enforced) {
    const { name, description } = format.json_schema
    const jsonSchema = compact({
      schema: JSON.stringify(enforced),
      name,
      description,
    })
    return { outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema } } } }
  }
  const hint = formatHint(format, limits)
  return hint === undefined ? {} : { hint }
}

/**
 * The hub's form, and what of `outputConfig` it cannot say.
 *
 * @param takesSchema - The model is known to take a schema. Of another one the format is told, and kept as it is.
 */
export function decodeOutputConfig(wire: unknown, takesSchema: boolean): { format?: ResponseFormat; rest?: unknown } {
  if (!isObject(wire)) return wire == null ? {} : { rest: wire }
  const { textFormat, ...rest } = wire
  const format = decodeTextFormat(textFormat)
  const left: JsonObject = { ...rest, ...(textFormat != null && !(format && takesSchema) && { textFormat }) }
  return { ...(format && { format }), ...(Object.keys(left).length > 0 && { rest: left }) }
}

function decodeTextFormat(wire: unknown): ResponseFormat | undefined {
  const structure = isObject(wire) && wire['type'] === 'json_schema' ? wire['structure'] : undefined
  const found = isObject(structure) ? structure['jsonSchema'] : undefined
  if (!isObject(found)) return undefined
  const name = asString(found['name'])
  const schema = parseJson(asString(found['schema']) ?? '')
  // The hub requires a name; a schema without one is kept as it is.
  if (name === undefined || !isObject(schema)) return undefined
  const description = asString(found['description'])
  return { type: 'json_schema', json_schema: { name, ...(description !== undefined && { description }), schema } }
}
