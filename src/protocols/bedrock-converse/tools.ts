/** Tools and tool choice (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolConfiguration.html), both ways. */
import type { ChatRequest, FunctionTool, Message, Tool, ToolChoice } from '../../kernel/hub.js'
import { asArray, asString, compact, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import type { Limits } from '../../kernel/limits.js'
import type { Dialect } from '../anthropic-messages/dialect.js'
import type { SchemaFitter } from '../shared/schema/fitter.js'
import { allowedNames, encodeTools as encodeNativeTools, objectSchema } from '../shared/tools.js'
import { ID, asCacheControl, cachePointOf, ownRaw } from './wire.js'

export interface EncodedTools {
  readonly toolConfig: JsonObject | undefined
  /** Whether the model has to call a tool. */
  readonly forced: boolean
  /** A choice in Claude's own words, for `additionalModelRequestFields`: the API's have none for one call at a time. */
  readonly claudeChoice?: JsonObject
}

export function encodeTools(
  request: ChatRequest,
  { isClaude, forcedTools }: Pick<Dialect, 'isClaude' | 'forcedTools'>,
  fitter: SchemaFitter,
  limits: Limits,
): EncodedTools {
  const toolConfig = takenChoice(encodeToolConfig(request, fitter, limits), forcedTools, limits)
  const forced = isForced(toolConfig)
  if (request.parallel_tool_calls !== false || toolConfig === undefined) return { toolConfig, forced }
  if (!isClaude) {
    limits.unsupported(
      'parallel_tool_calls',
      'the API has no such switch; a model may have one in extra_body.additionalModelRequestFields',
    )
    return { toolConfig, forced }
  }
  const { toolChoice, ...rest } = toolConfig
  // The API refuses both at once.
  return { toolConfig: rest, forced, claudeChoice: { ...claudeWords(toolChoice), disable_parallel_tool_use: true } }
}

/** Without a choice that makes the model call a tool, where it cannot be made to. */
function takenChoice(toolConfig: JsonObject | undefined, takesForced: boolean, limits: Limits): JsonObject | undefined {
  if (takesForced || !isForced(toolConfig)) return toolConfig
  limits.unsupported('tool_choice', 'the model takes auto or none, and cannot be made to call a tool', 'auto is sent')
  const { toolChoice: _choice, ...rest } = toolConfig ?? {}
  return rest
}

function claudeWords(choice: unknown): JsonObject {
  if (!isObject(choice) || choice['auto'] !== undefined) return { type: 'auto' }
  return isObject(choice['tool']) ? { type: 'tool', name: choice['tool']['name'] } : { type: 'any' }
}

function encodeToolConfig(request: ChatRequest, fitter: SchemaFitter, limits: Limits): JsonObject | undefined {
  const { tool_choice: choice } = request
  const tools = encodeEach(request, fitter, limits)
  if (tools.length === 0) return declareCalled(request.messages, limits)
  // There is no such choice: without tools the model calls none.
  if (choice === 'none') return declareCalled(request.messages, limits)
  return compact({ tools, toolChoice: choice == null ? undefined : encodeChoice(choice, limits) })
}

/** The API refuses a conversation that holds calls without declarations, as one is that ends a loop of tools. */
function declareCalled(messages: readonly Message[], limits: Limits): JsonObject | undefined {
  const calls = messages.flatMap((message) => (message.role === 'assistant' ? (message.tool_calls ?? []) : []))
  if (calls.length === 0) return undefined
  limits.warn('tools that earlier answers called are declared, as the API requires: the model may call them again')
  const names = new Set(calls.map((call) => (call.type === 'custom' ? call.custom.name : call.function.name)))
  return {
    tools: [...names].map((name) => encodeTool({ type: 'function', function: { name, description: GONE } })),
  }
}

/** Tells the model, and a reader of the request, that the declaration is there for its name alone. */
const GONE = 'Was called before and is no longer available: do not call it.'

function encodeEach(request: ChatRequest, fitter: SchemaFitter, limits: Limits): JsonObject[] {
  const allowed = allowedNames(request.tool_choice)
  const encodeAllowed = (tool: FunctionTool): JsonObject[] =>
    !allowed || allowed.includes(tool.function.name)
      ? [encodeTool(tool, fitter), ...cachePointOf(tool.cache_control)]
      : []
  return encodeNativeTools(request.tools, ownRaw, limits, encodeAllowed, isNative)
}

/** A tool in the format's own words. */
function isNative(tool: unknown): boolean {
  return isObject(tool) && (isObject(tool['toolSpec']) || isObject(tool['systemTool']))
}

function encodeTool(tool: FunctionTool, fitter?: SchemaFitter): JsonObject {
  const { name, description, strict } = tool.function
  const schema = objectSchema(tool.function)
  // What is enforced has the limits of structured output.
  const enforced = strict === true ? fitter?.tool(name, schema, 'sent without strict') : undefined
  return {
    // The API refuses an empty description.
    toolSpec: compact({
      name,
      description: description === '' ? undefined : description,
      inputSchema: { json: enforced ?? schema },
      strict: strict === true ? (enforced ? true : undefined) : (strict ?? undefined),
    }),
  }
}

function encodeChoice(choice: ToolChoice, limits: Limits): JsonObject | undefined {
  if (choice === 'required') return { any: {} }
  if (choice === 'auto') return { auto: {} }
  if (typeof choice === 'object') {
    if (choice.type === 'function') return { tool: { name: choice.function.name } }
    if (choice.type === 'allowed_tools') return choice.allowed_tools.mode === 'required' ? { any: {} } : { auto: {} }
  }
  limits.unsupported('tool_choice', 'use auto, required or a function')
  return undefined
}

/** Tools of other kinds, which run at the provider, are kept whole. */
export function decodeTools(tools: unknown): Tool[] {
  const decoded: Tool[] = []
  for (const tool of asArray(tools)) {
    if (!isObject(tool) || (isObject(tool['toolSpec']) && tool['toolSpec']['description'] === GONE)) continue
    const cache = asCacheControl(tool['cachePoint'])
    const last = decoded.at(-1)
    if (cache && last?.type === 'function' && !last.cache_control) last.cache_control = cache
    else decoded.push(decodeTool(tool['toolSpec']) ?? { type: 'raw', protocol: ID, value: tool })
  }
  return decoded
}

function decodeTool(spec: unknown): FunctionTool | undefined {
  if (!isObject(spec)) return undefined
  const name = asString(spec['name'])
  const schema = isObject(spec['inputSchema']) ? spec['inputSchema']['json'] : undefined
  if (name === undefined || !isObject(schema) || !('type' in schema)) return undefined
  const description = asString(spec['description'])
  const { strict } = spec
  return {
    type: 'function',
    function: {
      name,
      ...(description !== undefined && description !== '' && { description }),
      parameters: schema,
      ...(typeof strict === 'boolean' && { strict }),
    },
  }
}

/** @returns `undefined` for a choice the hub cannot say. */
export function decodeToolChoice(choice: unknown): ToolChoice | undefined {
  if (!isObject(choice)) return undefined
  if (choice['auto'] != null) return 'auto'
  if (choice['any'] != null) return 'required'
  const name = isObject(choice['tool']) ? asString(choice['tool']['name']) : undefined
  return name === undefined ? undefined : { type: 'function', function: { name } }
}

function isForced(toolConfig: JsonObject | undefined): boolean {
  const choice = toolConfig?.['toolChoice']
  return isObject(choice) && choice['auto'] === undefined
}
