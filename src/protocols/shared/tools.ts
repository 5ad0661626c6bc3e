/** What formats have in common for tools. */
import type { FunctionTool, Tool, ToolChoice } from '../../kernel/hub.js'
import { asArray, asString, compact, isObject } from '../../kernel/json.js'
import type { Limits } from '../../kernel/limits.js'
import type { JsonObject, ProtocolId } from '../../kernel/protocol.js'
import type { RawReader } from './raw.js'

/**
 * Writes tools for a format that has functions, and tools of its own that come as raw parts. A tool of another provider
 * and a custom one are refused, or left out with a warning.
 *
 * @param isNative - Whether what is among the tools is one in the format's own words, which is sent as it is.
 */
export function encodeTools(
  tools: readonly Tool[] | null | undefined,
  ownRaw: RawReader,
  limits: Limits,
  encodeFunction: (tool: FunctionTool) => readonly JsonObject[],
  isNative: (tool: unknown) => boolean = () => false,
): JsonObject[] {
  return (asArray(tools) as readonly Tool[]).flatMap((tool) => {
    if (isNative(tool)) return [tool as unknown as JsonObject]
    if (tool.type === 'function') return encodeFunction(tool)
    if (tool.type === 'raw') {
      const value = ownRaw(tool)
      if (value) return [value]
      limits.unsupported(`a tool of ${tool.protocol}`, 'it runs at another provider')
    } else limits.unsupported('custom tools', 'use a function tool')
    return []
  })
}

/** Names of the functions that an `allowed_tools` choice leaves; `undefined` for other choices, which leave all. */
export function allowedNames(choice: ToolChoice | null | undefined): readonly string[] | undefined {
  if (!isObject(choice) || choice.type !== 'allowed_tools') return undefined
  return asArray(choice.allowed_tools?.tools).flatMap((tool) => {
    // The Responses API names a function without the object around it.
    const named = isObject(tool) && isObject(tool['function']) ? tool['function'] : tool
    const name = isObject(named) ? asString(named['name']) : undefined
    return name === undefined ? [] : [name]
  })
}

const EMPTY_SCHEMA = { type: 'object', properties: {} }

/** The schema of a function's arguments for a format that requires one of type `object`. */
export function objectSchema({ parameters }: FunctionTool['function']): JsonObject {
  return parameters ? { ...(!('type' in parameters) && { type: 'object' }), ...parameters } : EMPTY_SCHEMA
}

/** A function in OpenAI's form, but for `strict`. */
export function encodeFunction({ function: made, raw }: FunctionTool, ownRaw: RawReader): JsonObject {
  const { name, description, parameters } = made
  return {
    ...ownRaw(raw),
    type: 'function',
    function: compact({ name, description, parameters: parameters ?? EMPTY_SCHEMA }),
  }
}

/** The reverse of {@link encodeFunction}. A tool of another form is kept whole for codec `id`. */
export function decodeFunction(tool: JsonObject, id: ProtocolId): Tool {
  const made = tool['function']
  if (tool['type'] !== 'function' || !isObject(made) || typeof made['name'] !== 'string')
    return { type: 'raw', protocol: id, value: tool }
  const description = asString(made['description'])
  return {
    type: 'function',
    function: {
      name: made['name'],
      ...(description !== undefined && { description }),
      ...(isObject(made['parameters']) && { parameters: made['parameters'] }),
    },
  }
}
