/**
 * Arguments of functions are an object in every API. A schema of another kind, such as a union or a list, is put in an object
 * of one property, and so are the arguments of earlier calls; `client/answers/restored.ts` takes them out again.
 */
import type { ChatRequest, Message, Tool } from '../../kernel/hub.js'
import { asArray, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { hasCalls } from './history/pairing.js'
import { rootKind, wrapped, wrapperOf } from './schema/root.js'
import { acceptsAnything } from './schema/keywords.js'

/** Name of the property that holds the arguments; `undefined` for a schema of an object, and for one that says nothing. */
export function parametersWrapper(schema: unknown): string | undefined {
  return !isObject(schema) || acceptsAnything(schema) || rootKind(schema) === 'object' ? undefined : wrapperOf(schema)
}

/** @returns The very request where all functions take an object. */
export function withObjectParameters(request: ChatRequest): ChatRequest {
  const wrappers = new Map<string, string>()
  for (const tool of asArray(request.tools) as readonly Tool[]) {
    const made = tool?.type === 'function' ? tool.function : undefined
    const wrapper = parametersWrapper(made?.parameters)
    if (made && wrapper !== undefined) wrappers.set(made.name, wrapper)
  }
  if (wrappers.size === 0) return request
  return {
    ...request,
    tools: (request.tools ?? []).map((tool) =>
      tool.type === 'function' && wrappers.has(tool.function.name)
        ? { ...tool, function: { ...tool.function, parameters: wrapped(tool.function.parameters as JsonObject) } }
        : tool,
    ),
    messages: (asArray(request.messages) as readonly Message[]).map((message) => withWrappedCalls(message, wrappers)),
  }
}

function withWrappedCalls(message: Message, wrappers: ReadonlyMap<string, string>): Message {
  if (!hasCalls(message)) return message
  return {
    ...message,
    tool_calls: message.tool_calls.map((call) => {
      const wrapper = call.type === 'custom' ? undefined : wrappers.get(call.function.name)
      if (wrapper === undefined || call.type === 'custom') return call
      return { ...call, function: { ...call.function, arguments: wrappedText(call.function.arguments, wrapper) } }
    }),
  }
}

function wrappedText(text: string, wrapper: string): string {
  try {
    JSON.parse(text)
  } catch {
    // Arguments that are no JSON are handled where each format writes them.
    return text
  }
  return `{${JSON.stringify(wrapper)}:${text}}`
}
