/** A body of the Responses API for a target of that API: unchanged, except for what the API is known to answer with 400. */
import type { ChatRequest, FunctionTool, ResponseFormat } from '../../kernel/hub.js'
import { isObject } from '../../kernel/json.js'
import { limitsOf } from '../../kernel/limits.js'
import type { EncodeContext, JsonObject } from '../../kernel/protocol.js'
import { parametersWrapper } from '../../protocols/shared/parameters.js'
import { refusedBy } from '../../protocols/shared/refusals.js'
import { wrapped } from '../../protocols/shared/schema/root.js'
import { strictFields, type StrictFields } from '../../protocols/shared/strict.js'

type JsonSchemaFormat = Extract<ResponseFormat, { type: 'json_schema' }>['json_schema']

/** Settings that some models refuse; they have the same names in chat. */
const SETTINGS = ['temperature', 'top_p', 'top_logprobs'] as const

/**
 * The body without the settings that the model refuses.
 *
 * @throws UnsupportedParameterError for one that would have an effect, unless `dropUnsupported`.
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

/** The body with its schemas in the form that the target's strict mode takes; `restoredEvents` undoes it in answers. */
export function withFittedSchemas(body: JsonObject, request: ChatRequest, context: EncodeContext): JsonObject {
  const strictly = strictFields(request, context)
  const { tools, text } = body
  const format = isObject(text) ? text['format'] : undefined
  const fitted = isObject(format) && format['type'] === 'json_schema' ? fitFormat(format, strictly) : format
  return {
    ...body,
    ...(isObject(text) && fitted !== format && { text: { ...text, format: fitted } }),
    ...(Array.isArray(tools) && { tools: tools.map((tool: unknown) => fitTool(tool, strictly)) }),
  }
}

function fitFormat(format: JsonObject, strictly: StrictFields): JsonObject {
  const { type: _type, ...schema } = format
  const given = { type: 'json_schema' as const, json_schema: schema as unknown as JsonSchemaFormat }
  const fitted = strictly.format(given)
  return fitted === given || fitted.type !== 'json_schema' ? format : { type: 'json_schema', ...fitted.json_schema }
}

function fitTool(tool: unknown, strictly: StrictFields): unknown {
  if (!isObject(tool) || tool['type'] !== 'function' || !isObject(tool['parameters'])) return tool
  const { parameters, strict } = tool
  const isOther = parametersWrapper(parameters) !== undefined
  if (!isOther && strict !== true) return tool
  const plain = isOther ? { ...tool, parameters: wrapped(parameters) } : tool
  const made = plain as unknown as FunctionTool['function']
  return strict === true ? strictly.function(made) : plain
}
