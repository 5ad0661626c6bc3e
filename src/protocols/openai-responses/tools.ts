/** Tools, tool choice and text format: flat in the Responses API, nested in the hub. */
import type { ChatRequest, ResponseFormat, Tool, ToolChoice } from '../../kernel/hub.js'
import { asArray, asString, compact, isObject } from '../../kernel/json.js'
import type { EncodeContext, JsonObject } from '../../kernel/protocol.js'
import type { StrictFields } from '../shared/strict.js'
import { unsupported } from './input-encode.js'
import { ownRaw, rawPart } from './items.js'

const FUNCTION_KEYS = new Set(['type', 'name', 'description', 'parameters', 'strict'])
const CUSTOM_KEYS = new Set(['type', 'name', 'description', 'format'])

export interface DecodedTools {
  readonly tools: Tool[]
  /** Fields of function and custom tools that the hub has no word for, beside the tool's type and name. */
  readonly extras: JsonObject[]
}

export function decodeTools(wire: unknown): DecodedTools {
  const tools: Tool[] = []
  const extras: JsonObject[] = []
  for (const tool of asArray(wire)) {
    if (!isObject(tool)) continue
    const { type, name } = tool
    if ((type !== 'function' && type !== 'custom') || typeof name !== 'string') {
      tools.push(rawPart(tool))
      continue
    }
    const description = asString(tool.description)
    if (type === 'function') {
      tools.push({
        type,
        function: {
          name,
          ...(description !== undefined && { description }),
          ...(isObject(tool.parameters) && { parameters: tool.parameters }),
          // Absent means strict where possible here, and not strict in the hub: null says that it was absent.
          strict: typeof tool.strict === 'boolean' ? tool.strict : null,
        },
      })
    } else {
      tools.push({
        type,
        custom: {
          name,
          ...(description !== undefined && { description }),
          ...(tool.format !== undefined && { format: tool.format }),
        },
      })
    }
    const known = type === 'function' ? FUNCTION_KEYS : CUSTOM_KEYS
    const rest = Object.entries(tool).filter(([key]) => !known.has(key))
    if (rest.length > 0) extras.push({ type, name, ...Object.fromEntries(rest) })
  }
  return { tools, extras }
}

export function encodeTools(
  tools: readonly Tool[],
  extras: readonly unknown[],
  context: EncodeContext,
  strictly: StrictFields,
): JsonObject[] {
  return tools.flatMap((tool) => {
    const encoded = encodeTool(tool, context, strictly)
    if (!encoded) return []
    const extra = extras.find(
      (fields) => isObject(fields) && fields.type === encoded.type && fields.name === encoded.name,
    )
    return [isObject(extra) ? { ...extra, ...encoded } : encoded]
  })
}

function encodeTool(tool: Tool, context: EncodeContext, strictly: StrictFields): JsonObject | undefined {
  if (tool.type === 'raw') {
    const own = ownRaw(tool)
    if (!own) unsupported(`tools (a tool of ${tool.protocol})`, context)
    return own
  }
  if (tool.type === 'function' && isObject(tool.function)) {
    const { name, description, parameters, strict } = strictly.function(tool.function)
    return compact<JsonObject>({
      type: 'function',
      name,
      description,
      parameters: parameters ?? null,
      strict: strict === null ? undefined : (strict ?? false),
    })
  }
  if (tool.type === 'custom' && isObject(tool.custom)) return { type: 'custom', ...tool.custom }
  // A tool of the API's own that the caller wrote in its flat form.
  return { ...(tool as unknown as JsonObject) }
}

/** `undefined` when the hub has no word for the choice. */
export function decodeToolChoice(wire: unknown): ToolChoice | undefined {
  if (wire === 'none' || wire === 'auto' || wire === 'required') return wire
  if (!isObject(wire)) return undefined
  const { type, name } = wire
  if (type === 'function' && typeof name === 'string') return { type, function: { name } }
  if (type === 'custom' && typeof name === 'string') return { type, custom: { name } }
  if (type === 'allowed_tools' && (wire.mode === 'auto' || wire.mode === 'required')) {
    const tools = asArray(wire.tools).filter(isObject).map(nestTool)
    return { type, allowed_tools: { mode: wire.mode, tools } }
  }
  return undefined
}

function nestTool(tool: JsonObject): JsonObject {
  const { type, ...rest } = tool
  return type === 'function' || type === 'custom' ? { type, [type]: rest } : tool
}

function flattenTool(tool: Record<string, unknown>): JsonObject {
  const { type } = tool
  const nested = type === 'function' ? tool.function : type === 'custom' ? tool.custom : undefined
  return isObject(nested) ? { type, ...nested } : tool
}

export function encodeToolChoice(choice: ToolChoice): unknown {
  if (typeof choice === 'string') return choice
  switch (choice.type) {
    case 'function':
      return isObject(choice.function) ? { type: 'function', name: choice.function.name } : choice
    case 'custom':
      return isObject(choice.custom) ? { type: 'custom', name: choice.custom.name } : choice
    case 'allowed_tools': {
      if (!isObject(choice.allowed_tools)) return choice
      const { mode, tools } = choice.allowed_tools
      return { type: 'allowed_tools', mode, tools: asArray(tools).filter(isObject).map(flattenTool) }
    }
    default:
      return choice
  }
}

export function decodeFormat(wire: unknown, withSchema: boolean): ResponseFormat | undefined {
  if (!isObject(wire)) return undefined
  if (wire.type === 'text' || wire.type === 'json_object') return { type: wire.type }
  if (wire.type !== 'json_schema') return undefined
  const { description, schema, strict } = wire
  return {
    type: 'json_schema',
    json_schema: {
      name: asString(wire.name) ?? '',
      ...(typeof description === 'string' && { description }),
      ...(withSchema && isObject(schema) && { schema }),
      ...((typeof strict === 'boolean' || strict === null) && { strict }),
    },
  }
}

export function encodeFormat(format: ResponseFormat): JsonObject {
  return format.type === 'json_schema' && isObject(format.json_schema)
    ? { type: 'json_schema', ...format.json_schema }
    : { ...format }
}

/** Chat's `web_search_options` as the tool it stands for. */
export function encodeWebSearch(options: ChatRequest['web_search_options']): JsonObject {
  if (!isObject(options)) return { type: 'web_search' }
  const { search_context_size: size, user_location: location } = options
  const place =
    isObject(location) && isObject(location.approximate) ? { type: 'approximate', ...location.approximate } : location
  return {
    type: 'web_search',
    ...(size !== undefined && { search_context_size: size }),
    ...(place != null && { user_location: place }),
  }
}
