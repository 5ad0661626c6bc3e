/** Enforced schemas in OpenAI's words: what is not taken is sent without `strict`. */
import { SCHEMA_DIALECTS } from './schema-dialects.js'
import type { ChatRequest, FunctionTool, ResponseFormat } from '../../kernel/hub.js'
import { isObject } from '../../kernel/json.js'
import { limitsOf, type Limits } from '../../kernel/limits.js'
import type { EncodeContext, JsonObject } from '../../kernel/protocol.js'
import { schemaFitter, type SchemaFitter } from './schema/fitter.js'
import { rootKind, wrapped } from './schema/root.js'
import { withoutLookaround } from './schema/described.js'

const NO_ARGUMENTS: JsonObject = { type: 'object', properties: {} }
const LOOSE = 'sent without strict'

export interface StrictFields {
  format(format: ResponseFormat): ResponseFormat
  function(made: FunctionTool['function']): FunctionTool['function']
}

/** Whether the target's answers can be given a schema. */
export function takesJsonSchema({ quirks: { jsonSchema = true }, ...context }: EncodeContext): boolean {
  return typeof jsonSchema === 'boolean' ? jsonSchema : isOneOf(jsonSchema, context)
}

function isOneOf(names: readonly string[], { model, base }: Pick<EncodeContext, 'model' | 'base'>): boolean {
  const name = (base ?? model).toLowerCase()
  return names.some((part) => name.includes(part))
}

/** The schemas of one request, as the target's strict mode takes them. Those that the caller does not want enforced stay as they are. */
export function strictFields(request: ChatRequest, context: EncodeContext): StrictFields {
  const { quirks, provider } = context
  const dialect = SCHEMA_DIALECTS[quirks.schemas ?? 'openai']
  const isHeld = !quirks.strictModels || isOneOf(quirks.strictModels, context)
  let limits: Limits | undefined
  let fitter: SchemaFitter | undefined
  let all: { readonly schemas: ReadonlyMap<string, JsonObject> | undefined } | undefined
  const tell = (message: string): void => (limits ??= limitsOf(context)).warn(message)
  const fit = (): SchemaFitter =>
    (fitter ??= schemaFitter(dialect, (limits ??= limitsOf(context)), request.stream === true))

  function loose(schema: JsonObject, what: string): JsonObject {
    const plain = withoutLookaround(schema)
    if (plain !== schema) tell(`${what}: left out a \`pattern\` that looks around`)
    return plain
  }
  function isStrict(strict: unknown, what: string): boolean {
    if (strict === true && !isHeld) tell(`${what}: ${LOOSE}, as ${provider} does not hold this model to a schema`)
    return strict === true && isHeld
  }
  function enforced(name: string, parameters: JsonObject): JsonObject | undefined {
    if (!dialect.allTools) return fit().tool(name, parameters, LOOSE)
    all ??= { schemas: fit().together(functionsOf(request), LOOSE) }
    return all.schemas?.get(name)
  }
  return {
    format(format) {
      if (!isObject(format) || format.type !== 'json_schema') return format
      const { schema, strict } = format.json_schema ?? {}
      if (!isObject(schema)) return format
      const fitted = isStrict(strict, 'response_format') ? fit().format(schema, LOOSE) : undefined
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
      const { strict, name } = made
      const parameters = made.parameters ?? (dialect.allTools && strict === true ? NO_ARGUMENTS : undefined)
      if (!isObject(parameters)) return made
      const fitted = isStrict(strict, `tool ${name}`) ? enforced(name, parameters) : undefined
      if (fitted) return { ...made, parameters: fitted }
      const plain = loose(parameters, `tool ${name}`)
      if (plain === parameters && strict !== true) return made
      return { ...made, parameters: plain, ...(strict === true && { strict: false }) }
    },
  }
}

/** All functions that a request offers. */
export function functionsOf({ tools }: Pick<ChatRequest, 'tools'>): readonly FunctionTool['function'][] {
  return (tools ?? []).flatMap((tool) => (tool.type === 'function' ? [tool.function] : []))
}
