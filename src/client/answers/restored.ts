/** Changes answers back to the caller's own schemas, if the target got different ones (`protocols/shared/schema`). */
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
import { parametersWrapper } from '../../protocols/shared/parameters.js'
import { restoreText, wrapperFor } from '../../protocols/shared/schema/restore.js'
import { createUnwrapper, type Unwrapper } from '../../protocols/shared/schema/unwrap.js'

export interface Schemas {
  /** The schema of the answer. */
  readonly format: JsonObject | undefined
  /** Schemas of arguments by function, for strict functions and those whose arguments were put in an object. */
  readonly tools: ReadonlyMap<string, JsonObject>
  /** Names of the properties that hold arguments, by function. */
  readonly wrappers: ReadonlyMap<string, string>
}

export function schemasOf({ response_format: format, tools }: ChatRequest): Schemas | undefined {
  const schema = isObject(format) && format.type === 'json_schema' ? format.json_schema?.schema : undefined
  const all = new Map<string, JsonObject>()
  const wrappers = new Map<string, string>()
  for (const tool of Array.isArray(tools) ? tools : []) {
    const made = tool?.type === 'function' ? tool.function : undefined
    if (!made || !isObject(made.parameters)) continue
    const wrapper = parametersWrapper(made.parameters)
    if (wrapper !== undefined) wrappers.set(made.name, wrapper)
    if (made.strict === true || wrapper !== undefined) all.set(made.name, made.parameters)
  }
  if (!isObject(schema) && all.size === 0) return undefined
  return { format: isObject(schema) ? schema : undefined, tools: all, wrappers }
}

/**
 * The whole of a stream by the caller's schemas. Its pieces were given before the whole was known, so they still have
 * `null` for what was left out.
 */
export function restoredWhole<Chat extends ChatCompletion>(chat: Chat, request: ChatRequest): Chat {
  const schemas = schemasOf(request)
  return schemas ? restoreChat(chat, schemas) : chat
}

/** The codec for reading the answer to one request. In a stream `null` stays, as pieces cannot be taken back. */
export function restored(codec: ChatProtocol, request: ChatRequest): ChatProtocol {
  const schemas = schemasOf(request)
  if (!schemas) return codec
  const wrapper = schemas.format && wrapperFor(schemas.format)
  return {
    ...codec,
    decodeResponse: (wire, options) => restoreChat(codec.decodeResponse(wire, options), schemas),
    createStreamDecoder(options) {
      const decoder = codec.createStreamDecoder(options)
      if (wrapper === undefined && schemas.wrappers.size === 0) return decoder
      const unwrap = unwrapping(wrapper, schemas)
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

type Delta = ChatChunk['choices'][number]['delta']

/** Takes the texts and arguments of one choice of a stream out of the objects that were put around them. */
class ChoiceUnwrapper {
  private readonly text: Unwrapper | undefined
  private readonly calls = new Map<number, Unwrapper>()
  private readonly wrappers: Schemas['wrappers']

  constructor(name: string | undefined, wrappers: Schemas['wrappers']) {
    this.text = name === undefined ? undefined : createUnwrapper(name)
    this.wrappers = wrappers
  }

  push(delta: Delta): Delta {
    const { content, tool_calls: calls } = delta
    const text = typeof content === 'string' ? this.text?.push(content) : undefined
    return {
      ...delta,
      ...(text !== undefined && { content: text }),
      ...(calls && { tool_calls: calls.map((call) => this.pushCall(call)) }),
    }
  }

  private pushCall(call: CallDelta): CallDelta {
    const { index, function: made } = call
    const wrapper = made?.name === undefined ? undefined : this.wrappers.get(made.name)
    if (wrapper !== undefined && !this.calls.has(index)) this.calls.set(index, createUnwrapper(wrapper))
    const unwrapper = this.calls.get(index)
    if (!unwrapper || made?.arguments === undefined) return call
    return { ...call, function: { ...made, arguments: unwrapper.push(made.arguments) } }
  }

  /** What was held back, appended to the last piece. */
  end(delta: Delta, cut: boolean): Delta {
    const text = this.text?.end(cut) ?? ''
    const calls = [...this.calls].flatMap(([index, unwrapper]): CallDelta[] => {
      const rest = unwrapper.end(cut)
      return rest === '' ? [] : [{ index, function: { arguments: rest } }]
    })
    return {
      ...delta,
      ...(text !== '' && { content: (delta.content ?? '') + text }),
      ...(calls.length > 0 && { tool_calls: [...(delta.tool_calls ?? []), ...calls] }),
    }
  }
}

type CallDelta = NonNullable<Delta['tool_calls']>[number]

function unwrapping(name: string | undefined, { wrappers }: Schemas): (chunk: ChatChunk) => ChatChunk {
  const open = new Map<number, ChoiceUnwrapper>()
  return (chunk) => ({
    ...chunk,
    choices: chunk.choices.map((choice) => {
      const { finish_reason: finish, index } = choice
      let unwrapper = open.get(index)
      if (!unwrapper) open.set(index, (unwrapper = new ChoiceUnwrapper(name, wrappers)))
      const delta = unwrapper.push(choice.delta)
      return { ...choice, delta: finish ? unwrapper.end(delta, finish === 'length') : delta }
    }),
  })
}
