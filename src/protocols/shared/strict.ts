/** Enforced schemas in OpenAI's words: what is not taken goes out without `strict`. */
import { SCHEMA_DIALECTS } from './schema-dialects.js'
import type { ChatRequest, FunctionTool, ResponseFormat } from '../../kernel/hub.js'
import { isObject } from '../../kernel/json.js'
import { limitsOf, type Limits } from '../../kernel/limits.js'
import type { EncodeContext, JsonObject } from '../../kernel/protocol.js'
import { schemaFitter, type SchemaFitter } from './schema/fitter.js'
import { rootKind, wrapped } from './schema/root.js'
import { withoutLookaround } from './schema/told.js'

const LOOSE = 'sent without strict'

export interface StrictFields {
  format(format: ResponseFormat): ResponseFormat
  function(made: FunctionTool['function']): FunctionTool['function']
}

/** The schemas of one request, as the target's strict mode takes them. Those that the caller does not want enforced stay as they are. */
export function strictFields(request: ChatRequest, context: EncodeContext): StrictFields {
  const dialect = SCHEMA_DIALECTS[context.quirks.schemas ?? 'openai']
  let limits: Limits | undefined
  let fitter: SchemaFitter | undefined
  const fit = (): SchemaFitter =>
    (fitter ??= schemaFitter(dialect, (limits ??= limitsOf(context)), request.stream === true))

  function loose(schema: JsonObject, what: string): JsonObject {
    const plain = withoutLookaround(schema)
    if (plain !== schema) (limits ??= limitsOf(context)).warn(`${what}: left out a \`pattern\` that looks around`)
    return plain
  }
  return {
    format(format) {
      if (!isObject(format) || format.type !== 'json_schema') return format
      const { schema, strict } = format.json_schema ?? {}
      if (!isObject(schema)) return format
      const fitted = strict === true ? fit().format(schema, LOOSE) : undefined
      if (fitted) return { ...format, json_schema: { ...format.json_schema, schema: fitted } }
      const plain = loose(schema, 'response_format')
      const isRoot = dialect.roots.includes(rootKind(plain))
      if (isRoot && plain === schema && strict !== true) return format
      return {
        ...format,
        json_schema: {
          ...format.json_schema,
          schema: isRoot ? plain : wrapped(plain),
          ...(strict === true && { strict: false }),
        },
      }
    },
    function(made) {
      const { parameters, strict, name } = made
      if (!isObject(parameters)) return made
      const fitted = strict === true ? fit().tool(name, parameters, LOOSE) : undefined
      if (fitted) return { ...made, parameters: fitted }
      const plain = loose(parameters, `tool ${name}`)
      if (plain === parameters && strict !== true) return made
      return { ...made, parameters: plain, ...(strict === true && { strict: false }) }
    },
  }
}
