/** Schemas of a library in a body that goes to a target of the Responses API as it is. */
import { isObject } from '../kernel/json.js'
import type { Limits } from '../kernel/limits.js'
import type { EncodeContext, JsonObject } from '../kernel/protocol.js'
import { SCHEMA_DIALECTS } from '../protocols/shared/schema-dialects.js'
import { schemaFitter } from '../protocols/shared/schema/fitter.js'

/** Only whether a schema fits is asked, so what the fitter says of it is not. */
const SILENT: Limits = { unsupported: () => undefined, warn: () => undefined }

/**
 * A body for this API is not rewritten, nor is its answer. So a schema that strict mode does not take as it is goes without
 * `strict`, which a warning says: the API would answer 400.
 */
export function looseWhereUnfit(body: JsonObject, context: EncodeContext): JsonObject {
  const dialect = SCHEMA_DIALECTS[context.quirks.schemas ?? 'openai']
  const fits = (schema: unknown, isFormat: boolean): boolean => {
    if (!isObject(schema)) return true
    const fitter = schemaFitter(dialect, SILENT, false)
    const fitted = isFormat ? fitter.format(schema, '') : fitter.tool('', schema, '')
    return JSON.stringify(fitted) === JSON.stringify(schema)
  }
  const loose = (holder: JsonObject, what: string): JsonObject => {
    context.warn(
      `${what}: sent without strict, as ${dialect.id} takes its schema only rewritten, which bodies of responses are not`,
    )
    return { ...holder, strict: false }
  }
  const { tools, text } = body
  const format = isObject(text) ? text['format'] : undefined
  const looseFormat =
    isObject(format) && format['strict'] === true && !fits(format['schema'], true)
      ? loose(format, 'text.format')
      : undefined
  const looseTools =
    Array.isArray(tools) &&
    tools.map((tool: unknown, at): unknown =>
      isObject(tool) && tool['strict'] === true && !fits(tool['parameters'], false)
        ? loose(tool, `tools[${at}]`)
        : tool,
    )
  return {
    ...body,
    ...(looseFormat && isObject(text) && { text: { ...text, format: looseFormat } }),
    ...(looseTools && { tools: looseTools }),
  }
}
