/** A body of the Responses API that goes to a target of that API: as it is, but for what the API is known to answer with 400. */
import { isObject } from '../../kernel/json.js'
import { limitsOf, type Limits } from '../../kernel/limits.js'
import type { EncodeContext, JsonObject } from '../../kernel/protocol.js'
import { SCHEMA_DIALECTS } from '../../protocols/shared/schema-dialects.js'
import { refusedBy } from '../../protocols/shared/refusals.js'
import { schemaFitter } from '../../protocols/shared/schema/fitter.js'

/** Only whether a schema fits is asked, so what the fitter says of it is not. */
const SILENT: Limits = { unsupported: () => undefined, warn: () => undefined }

/** Settings of this API that some models refuse, by the names that they have in chat too. */
const SETTINGS = ['temperature', 'top_p', 'top_logprobs'] as const

/**
 * Without the settings that the model refuses.
 *
 * @throws UnsupportedParameterError for one that asks for something, unless `dropUnsupported`.
 */
export function withoutRefused(body: JsonObject, context: EncodeContext): JsonObject {
  const given = Object.fromEntries(SETTINGS.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]])))
  const { reasoning } = body
  const effort = isObject(reasoning) && typeof reasoning['effort'] === 'string' ? reasoning['effort'] : undefined
  const taken: JsonObject = refusedBy(context.base ?? context.model, effort, given, limitsOf(context))
  if (taken === given) return body
  const refused = new Set(Object.keys(given).filter((name) => !(name in taken)))
  return Object.fromEntries(Object.entries(body).filter(([name]) => !refused.has(name)))
}

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
