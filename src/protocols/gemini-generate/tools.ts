/** Tools and tool choice (https://ai.google.dev/api/caching#Tool and #ToolConfig), both ways. */
import type { ChatRequest, FunctionTool, Tool, ToolChoice } from '../../kernel/hub.js'
import { asArray, asString, compact, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import type { Limits } from '../../kernel/limits.js'
import type { SchemaFitter } from '../shared/schema/fitter.js'
import { toJsonSchema, withPlainTypes } from './schema.js'
import { unknownFields } from '../shared/raw.js'
import { allowedNames, encodeTools as encodeNativeTools } from '../shared/tools.js'
import { ID, camel, asList, message, ownRaw } from './wire.js'

/**
 * All functions are declared together, where the first of them stood.
 *
 * @param fitter - Where calls can be held to their schemas.
 */
export function encodeTools(
  request: ChatRequest,
  fitter: SchemaFitter | undefined,
  limits: Limits,
): JsonObject[] | undefined {
  let declarations: JsonObject[] | undefined
  const tools = encodeNativeTools(request.tools, ownRaw, limits, (tool) => {
    const declaration = encodeTool(tool, fitter, limits)
    if (declarations) declarations.push(declaration)
    else return [{ functionDeclarations: (declarations = [declaration]) }]
    return []
  })
  if (request.web_search_options != null) {
    if (isObject(request.web_search_options) && Object.keys(request.web_search_options).length > 0) {
      limits.warn('the details of `web_search_options` are left out: the search has none here')
    }
    tools.push({ googleSearch: {} })
  }
  return tools.length > 0 ? tools : undefined
}

function encodeTool(tool: FunctionTool, fitter: SchemaFitter | undefined, limits: Limits): JsonObject {
  const { name, description, parameters, strict } = tool.function
  if (tool.cache_control) limits.warn('`cache_control` has no effect here: the cache works by itself')
  const raw = ownRaw(tool.raw)
  const schema = raw && ('parameters' in raw || 'parametersJsonSchema' in raw) ? undefined : parameters
  const enforced = schema && strict === true ? fitter?.tool(name, schema, 'not held to its schema') : undefined
  return { ...compact({ name, description, parametersJsonSchema: enforced ?? schema }), ...raw }
}

/** Tools that run at the provider, by their field (https://ai.google.dev/api/caching#Tool; Vertex AI's among them). */
const SERVER_TOOLS: ReadonlySet<string> = new Set([
  'googleSearch',
  'googleSearchRetrieval',
  'codeExecution',
  'urlContext',
  'fileSearch',
  'googleMaps',
  'computerUse',
  'enterpriseWebSearch',
  'retrieval',
  'mcpServers',
  'exaAiSearch',
  'parallelAiSearch',
])

export function decodeTools(wire: unknown): Tool[] {
  return asList(wire).flatMap((entry): Tool[] => {
    if (!isObject(entry)) return []
    const tool = camel(entry)
    if (tool['functionDeclarations'] == null) return [{ type: 'raw', protocol: ID, value: tool }]
    const beside = Object.entries(tool).filter(([field]) => SERVER_TOOLS.has(field))
    return [
      ...asList(tool['functionDeclarations']).flatMap(decodeTool),
      ...(beside.length > 0 ? [{ type: 'raw' as const, protocol: ID, value: Object.fromEntries(beside) }] : []),
    ]
  })
}

const DECLARATION_FIELDS: ReadonlySet<string> = new Set(['name', 'description', 'parametersJsonSchema'])

function decodeTool(wire: unknown): Tool[] {
  const declaration = message(wire)
  const name = asString(declaration?.['name'])
  if (!declaration || name === undefined) return []
  const description = asString(declaration['description'])
  const { parameters, parametersJsonSchema } = declaration
  const schema = isObject(parametersJsonSchema)
    ? withPlainTypes(parametersJsonSchema)
    : isObject(parameters)
      ? toJsonSchema(parameters)
      : undefined
  // The older kind of schema, and what only this format says of a function, are sent again as they came.
  const kept = schema !== parametersJsonSchema && isObject(parametersJsonSchema) && { parametersJsonSchema }
  const rest = unknownFields(declaration, DECLARATION_FIELDS)
  const raw = kept ? { ...rest, ...kept } : rest
  return [
    {
      type: 'function',
      function: { name, ...(description !== undefined && { description }), ...(schema && { parameters: schema }) },
      ...(raw && { raw: { protocol: ID, value: raw } }),
    },
  ]
}

function functionsOf({ tools }: ChatRequest): FunctionTool[] {
  return (asArray(tools) as readonly Tool[]).filter((tool) => tool.type === 'function')
}

export function hasFunctions(request: ChatRequest): boolean {
  return functionsOf(request).length > 0
}

/** Whether the model has to call a function. */
export function isForced({ tool_choice: choice }: ChatRequest): boolean {
  if (!isObject(choice)) return choice === 'required'
  return choice.type === 'function' || (choice.type === 'allowed_tools' && choice.allowed_tools?.mode === 'required')
}

/** @param validates - The model takes `VALIDATED`, which holds calls to their schemas. */
export function encodeToolChoice(request: ChatRequest, validates: boolean, limits: Limits): JsonObject | undefined {
  if (request.parallel_tool_calls === false) limits.unsupported('parallel_tool_calls', 'the model decides by itself')
  const { tool_choice: choice } = request
  if (choice == null || choice === 'auto') {
    const strict = functionsOf(request).some((tool) => tool.function?.strict === true)
    if (strict && validates) return { mode: 'VALIDATED' }
    if (strict) limits.warn('`strict` has no counterpart: calls follow their schema as the model does by itself')
    return choice == null ? undefined : { mode: 'AUTO' }
  }
  if (choice === 'none') return { mode: 'NONE' }
  if (choice === 'required') return { mode: 'ANY' }
  if (typeof choice === 'object' && choice.type === 'function') {
    return { mode: 'ANY', allowedFunctionNames: [choice.function?.name] }
  }
  if (typeof choice === 'object' && choice.type === 'allowed_tools') {
    const names = allowedNames(choice)
    return { mode: choice.allowed_tools?.mode === 'required' ? 'ANY' : 'VALIDATED', allowedFunctionNames: names }
  }
  limits.unsupported('tool_choice', 'use auto, none, required or a function')
  return undefined
}

const CHOICE_FIELDS: ReadonlySet<string> = new Set(['mode', 'allowedFunctionNames'])
const CONFIG_FIELDS: ReadonlySet<string> = new Set(['functionCallingConfig'])

export interface DecodedToolConfig {
  readonly choice?: ToolChoice
  /** What the hub cannot say, for the same codec to send again. */
  readonly rest?: JsonObject
}

export function decodeToolConfig(wire: unknown): DecodedToolConfig {
  const config = message(wire)
  if (!config) return {}
  const calling = message(config['functionCallingConfig'])
  const choice = calling && decodeChoice(calling)
  const restOfCalling = calling && (choice === undefined ? calling : unknownFields(calling, CHOICE_FIELDS))
  const rest = {
    ...unknownFields(config, CONFIG_FIELDS),
    ...(restOfCalling && { functionCallingConfig: restOfCalling }),
  }
  return { ...(choice !== undefined && { choice }), ...(Object.keys(rest).length > 0 && { rest }) }
}

function decodeChoice({ mode, allowedFunctionNames }: JsonObject): ToolChoice | undefined {
  const names = asArray(allowedFunctionNames).filter((name) => typeof name === 'string')
  const tools = names.map((name) => ({ type: 'function', function: { name } }))
  if (mode === 'VALIDATED')
    return tools.length > 0 ? { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools } } : undefined
  if (mode === 'ANY') {
    const [only] = names
    if (only === undefined) return 'required'
    if (names.length === 1) return { type: 'function', function: { name: only } }
    return { type: 'allowed_tools', allowed_tools: { mode: 'required', tools } }
  }
  if (names.length > 0) return undefined
  return mode === 'AUTO' ? 'auto' : mode === 'NONE' ? 'none' : undefined
}
