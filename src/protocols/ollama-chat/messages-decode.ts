/** `messages` to the hub's conversation: the reverse of `messages-encode.ts`. */
import { messageFromBlocks } from '../../kernel/message-blocks.js'
import type { AssistantMessage, Block, ContentPart, FunctionToolCall, Message } from '../../kernel/hub.js'
import { asArray, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { toDataUrl } from './images.js'
import { callBlock, decodeCall, markResult, type CallBlock } from './tool-calls.js'

/** A call that has no result yet. */
interface OpenCall {
  readonly id: string
  readonly name: string
  readonly block: CallBlock
}

export function decodeMessages(messages: unknown): Message[] {
  let calls = 0
  let open: OpenCall[] = []

  /** The call that a result belongs to: by its id, else the oldest of that name, else the oldest. */
  function result(wire: JsonObject): Message {
    const id = asString(wire['tool_call_id'])
    const name = asString(wire['tool_name']) ?? asString(wire['name'])
    const call =
      (id !== undefined && open.find((one) => one.id === id)) ||
      (id === undefined && (open.find((one) => one.name === name) ?? open[0]))
    const content = contentOf(wire)
    // Its call was left out of the history, so that only its name says what it is.
    if (!call && id === undefined && name !== undefined && typeof content === 'string')
      return { role: 'function', name, content }
    if (call) {
      open = open.filter((one) => one !== call)
      markResult(call.block, wire)
    }
    return { role: 'tool', tool_call_id: id ?? (call ? call.id : ''), content }
  }

  /** What a message is made of. It is made when the results of its calls are known. */
  function assistant(wire: JsonObject): () => AssistantMessage {
    const thinking = asString(wire['thinking'])
    const content = asString(wire['content'])
    const blocks: Block[] = []
    const made: FunctionToolCall[] = []
    if (thinking) blocks.push({ type: 'thinking', thinking })
    if (content) blocks.push({ type: 'text', text: content })
    for (const wireCall of asArray(wire['tool_calls'])) {
      if (!isObject(wireCall)) continue
      const call = decodeCall(wireCall, calls++)
      const block = callBlock(wireCall, call.id)
      made.push(call)
      open.push({ id: call.id, name: call.function.name, block })
      blocks.push(block)
    }
    return () => {
      const { refusal: _refusal, ...message } = messageFromBlocks(blocks, made)
      return content === '' ? { ...message, content } : message
    }
  }

  const read = asArray(messages).flatMap((message): (() => Message)[] => {
    if (!isObject(message)) return []
    const { role } = message
    if (role === 'assistant') return [assistant(message)]
    if (role === 'tool') {
      const decoded = result(message)
      return [() => decoded]
    }
    return role === 'system' || role === 'user' ? [() => ({ role, content: contentOf(message) })] : []
  })
  return read.map((make) => make())
}

function contentOf(wire: JsonObject): string | ContentPart[] {
  const content = asString(wire['content']) ?? ''
  const images = asArray(wire['images']).filter((image) => typeof image === 'string')
  if (images.length === 0) return content
  const parts: ContentPart[] = images.map((image) => ({ type: 'image_url', image_url: { url: toDataUrl(image) } }))
  return content === '' ? parts : [...parts, { type: 'text', text: content }]
}
