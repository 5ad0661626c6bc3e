/** `messages` to the hub's conversation: the reverse of `messages-encode.ts`. */
import { messageFromBlocks } from '../../kernel/blocks.js'
import type { AssistantMessage, Block, ContentPart, FunctionToolCall, Message } from '../../kernel/hub.js'
import { asArray, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { toDataUrl } from './images.js'
import { callBlock, decodeCall } from './tool-calls.js'

/** A call that has no result yet. */
interface OpenCall {
  readonly id: string
  readonly name: string
}

export function decodeMessages(messages: unknown): Message[] {
  let calls = 0
  let open: OpenCall[] = []

  /** The call that a result belongs to: by its id, else the oldest of that name, else the oldest. */
  function answered(wire: JsonObject): string {
    const id = asString(wire['tool_call_id'])
    const name = asString(wire['tool_name']) ?? asString(wire['name'])
    const call =
      (id !== undefined && open.find((one) => one.id === id)) ||
      (id === undefined && (open.find((one) => one.name === name) ?? open[0]))
    if (call) open = open.filter((one) => one !== call)
    return id ?? (call ? call.id : '')
  }

  function assistant(wire: JsonObject): AssistantMessage {
    const thinking = asString(wire['thinking'])
    const content = asString(wire['content'])
    const blocks: Block[] = []
    const made: FunctionToolCall[] = []
    if (thinking) blocks.push({ type: 'thinking', thinking })
    if (content) blocks.push({ type: 'text', text: content })
    for (const wireCall of asArray(wire['tool_calls'])) {
      if (!isObject(wireCall)) continue
      const call = decodeCall(wireCall, calls++)
      made.push(call)
      open.push({ id: call.id, name: call.function.name })
      blocks.push(callBlock(wireCall, call.id))
    }
    const { refusal: _refusal, ...message } = messageFromBlocks(blocks, made)
    return message
  }

  return asArray(messages).flatMap((message): Message[] => {
    if (!isObject(message)) return []
    const { role } = message
    if (role === 'assistant') return [assistant(message)]
    if (role === 'tool') return [{ role, tool_call_id: answered(message), content: contentOf(message) }]
    return role === 'system' || role === 'user' ? [{ role, content: contentOf(message) }] : []
  })
}

function contentOf(wire: JsonObject): string | ContentPart[] {
  const content = asString(wire['content']) ?? ''
  const images = asArray(wire['images']).filter((image) => typeof image === 'string')
  if (images.length === 0) return content
  const parts: ContentPart[] = images.map((image) => ({ type: 'image_url', image_url: { url: toDataUrl(image) } }))
  return content === '' ? parts : [...parts, { type: 'text', text: content }]
}
