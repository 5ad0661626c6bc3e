/** Tools and tool choice (https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools), both ways. */
import type { ChatRequest, FunctionTool, Tool, ToolChoice } from '../../kernel/hub.js'
import { asArray, asString, compact, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import type { Limits } from '../../kernel/limits.js'
import type { SchemaFitter } from '../shared/schema/fitter.js'
import { allowedNames, encodeTools as encodeNativeTools, objectSchema } from '../shared/tools.js'
import { ID, cacheFields, hasNativeFields, ownRaw } from './wire.js'

/** @param fitter - What is enforced has the limits of structured output; absent where there are none. */
export function encodeTools(
  request: ChatRequest,
  fitter: SchemaFitter | undefined,
  limits: Limits,
): JsonObject[] | undefined {
  const search = encodeSearch(request.web_search_options, limits)
  if (asArray(request.tools).length === 0) return search
  const allowed = allowedNames(request.tool_choice)
  const encodeAllowed = (tool: FunctionTool): JsonObject[] =>
    !allowed || allowed.includes(tool.function.name) ? [encodeTool(tool, fitter)] : []
  return [...encodeNativeTools(request.tools, ownRaw, limits, encodeAllowed, isNative), ...(search ?? [])]
}

/** A tool in the format's own words: one with a schema, or of a dated kind that the API knows. */
function isNative(tool: unknown): boolean {
  if (!isObject(tool)) return false
  const { type, name, input_schema: schema } = tool
  return (
    (typeof name === 'string' && isObject(schema)) || /^(?:[a-z]+_)+\d{8}$|^mcp_toolset$/.test(asString(type) ?? '')
  )
}

/** https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool */
function encodeSearch(options: unknown, limits: Limits): JsonObject[] | undefined {
  if (!isObject(options)) return undefined
  if (options['search_context_size'] != null) limits.warn('`search_context_size` has no counterpart here')
  const location = isObject(options['user_location']) ? options['user_location'] : {}
  const place = isObject(location['approximate']) ? location['approximate'] : undefined
  return [
    {
      type: 'web_search_20250305',
      name: 'web_search',
      ...(place && { user_location: { type: 'approximate', ...place } }),
    },
  ]
}

function encodeTool(tool: FunctionTool, fitter: SchemaFitter | undefined): JsonObject {
  const { name, description, strict } = tool.function
  const schema = objectSchema(tool.function)
  const enforced = strict === true && fitter ? fitter.tool(name, schema, 'sent without strict') : undefined
  return compact({
    name,
    description,
    input_schema: enforced ?? schema,
    strict: strict === true && fitter ? (enforced ? true : undefined) : (strict ?? undefined),
    cache_control: tool.cache_control,
  })
}

/** @param takesForced - The model can be made to call a tool. */
export function encodeToolChoice(request: ChatRequest, takesForced: boolean, limits: Limits): JsonObject | undefined {
  const { tool_choice: choice, parallel_tool_calls: parallel } = request
  const wanted = choice == null ? undefined : encodeChoice(choice, limits)
  const wire = !takesForced && isForced(wanted) ? refuseForced(limits) : wanted
  if (wire?.['type'] === 'none') return wire
  if (typeof parallel !== 'boolean') return wire
  // Parallel calls are the default, so `true` alone needs no choice to carry it.
  if (!wire && (parallel || asArray(request.tools).length === 0)) return undefined
  return { ...(wire ?? { type: 'auto' }), disable_parallel_tool_use: !parallel }
}

function refuseForced(limits: Limits): undefined {
  limits.unsupported('tool_choice', 'the model takes auto or none, and cannot be made to call a tool', 'auto is sent')
  return undefined
}

function encodeChoice(choice: ToolChoice, limits: Limits): JsonObject | undefined {
  if (choice === 'required') return { type: 'any' }
  if (choice === 'auto' || choice === 'none') return { type: choice }
  if (typeof choice === 'object') {
    if (choice.type === 'function') return { type: 'tool', name: choice.function.name }
    if (choice.type === 'allowed_tools') return { type: choice.allowed_tools.mode === 'required' ? 'any' : 'auto' }
  }
  limits.unsupported('tool_choice', 'use auto, none, required or a function')
  return undefined
}

export function isForced(choice: JsonObject | undefined): boolean {
  return choice?.['type'] === 'any' || choice?.['type'] === 'tool'
}

const TOOL_MORE = ['allowed_callers', 'defer_loading', 'eager_input_streaming', 'input_examples']

/** A tool with options only this format knows (deferred loading, allowed callers) is kept whole. */
export function decodeTools(tools: unknown): Tool[] {
  return asArray(tools).flatMap((tool): Tool[] => {
    if (!isObject(tool)) return []
    const name = asString(tool['name'])
    const schema = tool['input_schema']
    const isFunction = tool['type'] == null || tool['type'] === 'custom'
    if (name === undefined || !isObject(schema) || !isFunction || hasNativeFields(tool, TOOL_MORE)) {
      return [{ type: 'raw', protocol: ID, value: tool }]
    }
    const description = asString(tool['description'])
    const strict = tool['strict']
    return [
      {
        type: 'function',
        function: {
          name,
          ...(description !== undefined && { description }),
          parameters: schema,
          ...(typeof strict === 'boolean' && { strict }),
        },
        ...cacheFields(tool),
      },
    ]
  })
}

/** @returns `undefined` for a choice the hub cannot say. */
export function decodeToolChoice(
  choice: unknown,
): Pick<ChatRequest, 'tool_choice' | 'parallel_tool_calls'> | undefined {
  if (!isObject(choice)) return undefined
  const { type, name, disable_parallel_tool_use: disabled } = choice
  const parallel = typeof disabled === 'boolean' ? { parallel_tool_calls: !disabled } : {}
  if (type === 'auto' || type === 'none') return { tool_choice: type, ...parallel }
  if (type === 'any') return { tool_choice: 'required', ...parallel }
  if (type === 'tool' && typeof name === 'string') {
    return { tool_choice: { type: 'function', function: { name } }, ...parallel }
  }
  return undefined
}
