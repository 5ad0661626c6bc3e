/** Answers as the caller's own schemas have them, where the target was asked with others (`protocols/shared/schema`). */
import type {
  ChatChunk,
  ChatChoice,
  ChatCompletion,
  ChatRequest,
  CompletionMessage,
  ToolCall,
} from '../../kernel/hub.js'
import { isObject } from '../../kernel/json.js'
import type { ChatProtocol, JsonObject } from '../../kernel/protocol.js'
import { restoreText, wrapperFor } from '../../protocols/shared/schema/restore.js'
import { createUnwrapper, type Unwrapper } from '../../protocols/shared/schema/unwrap.js'

interface Schemas {
  /** Of the answer. */
  readonly format: JsonObject | undefined
  /** Of the arguments of strict functions, by name. */
  readonly tools: ReadonlyMap<string, JsonObject>
}

function schemasOf({ response_format: format, tools }: ChatRequest): Schemas | undefined {
  const schema = isObject(format) && format.type === 'json_schema' ? format.json_schema?.schema : undefined
  const strict = new Map<string, JsonObject>()
  for (const tool of Array.isArray(tools) ? tools : []) {
    if (tool?.type !== 'function' || tool.function?.strict !== true) continue
    if (isObject(tool.function.parameters)) strict.set(tool.function.name, tool.function.parameters)
  }
  return isObject(schema) || strict.size > 0
    ? { format: isObject(schema) ? schema : undefined, tools: strict }
    : undefined
}

/**
 * The whole of a stream as the caller's schemas have it. Its pieces came before anyone could know what they would be part of,
 * so that they hold the `null` of what was left out.
 */
export function restoredWhole<Chat extends ChatCompletion>(chat: Chat, request: ChatRequest): Chat {
  const schemas = schemasOf(request)
  return schemas ? restoreChat(chat, schemas) : chat
}

/** The same codec, reading the answer to one request. In a stream `null` stays: what was given cannot be taken back. */
export function restored(codec: ChatProtocol, request: ChatRequest): ChatProtocol {
  const schemas = schemasOf(request)
  if (!schemas) return codec
  const wrapper = schemas.format && wrapperFor(schemas.format)
  return {
    ...codec,
    decodeResponse: (wire, options) => restoreChat(codec.decodeResponse(wire, options), schemas),
    createStreamDecoder(options) {
      const decoder = codec.createStreamDecoder(options)
      if (wrapper === undefined) return decoder
      const unwrap = unwrapping(wrapper)
      return {
        push: (data, event) => decoder.push(data, event).map(unwrap),
        end: () => decoder.end().map(unwrap),
        get done() {
          return decoder.done
        },
      }
    },
  }
}

function restoreChat<Chat extends ChatCompletion>(chat: Chat, schemas: Schemas): Chat {
  return { ...chat, choices: chat.choices.map((choice) => ({ ...choice, message: restoreMessage(choice, schemas) })) }
}

function restoreMessage({ message }: ChatChoice, { format, tools }: Schemas): CompletionMessage {
  const { content, tool_calls: calls, blocks } = message
  const text = content && format ? restoreText(content, format) : content
  const all = calls?.map((call) => restoreCall(call, tools))
  if (text === content) return all ? { ...message, tool_calls: all } : message
  return {
    ...message,
    content: text,
    ...(all && { tool_calls: all }),
    ...(blocks && {
      blocks: blocks.map((block) =>
        block.type === 'text' && block.text === content ? { type: 'text' as const, text: text ?? '' } : block,
      ),
    }),
  }
}

function restoreCall(call: ToolCall, tools: Schemas['tools']): ToolCall {
  const schema = call.type === 'function' ? tools.get(call.function.name) : undefined
  if (!schema || call.type !== 'function') return call
  return { ...call, function: { ...call.function, arguments: restoreText(call.function.arguments, schema) } }
}

function unwrapping(name: string): (chunk: ChatChunk) => ChatChunk {
  const open = new Map<number, Unwrapper>()
  return (chunk) => ({
    ...chunk,
    choices: chunk.choices.map((choice) => {
      const { delta, finish_reason: finish, index } = choice
      let unwrapper = open.get(index)
      if (!unwrapper) open.set(index, (unwrapper = createUnwrapper(name)))
      const given = typeof delta.content === 'string' ? unwrapper.push(delta.content) : undefined
      const last = finish ? unwrapper.end(finish === 'length') : ''
      if (given === undefined && last === '') return choice
      return { ...choice, delta: { ...delta, content: (given ?? '') + last } }
    }),
  })
}
