/** `system` and `messages` to the hub's conversation: the reverse of `messages-encode.ts`. */
import { messageFromBlocks } from '../../kernel/message-blocks.js'
import type { AssistantMessage, ContentPart, Message, ToolMessage } from '../../kernel/hub.js'
import { asArray, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { decodeBlocks, splitLastCachePoint } from './blocks-decode.js'
import { decodeContent, decodePart } from './content.js'
import { asCacheControl } from './wire.js'

export function decodeMessages(system: unknown, messages: unknown): Message[] {
  const decoded: Message[] = []
  const instructions = decodeContent(system)
  if (instructions.length > 0) decoded.push({ role: 'system', content: simplify(instructions) })
  for (const message of asArray(messages)) {
    if (!isObject(message)) continue
    const { role, content } = message
    if (role === 'system') decoded.push({ role, content: simplify(decodeContent(content)) })
    else if (role === 'assistant') decoded.push(decodeAssistant(asArray(content)))
    else decoded.push(...decodeUser(asArray(content)))
  }
  return decoded
}

/** One plain text is a string, as most callers write it. */
function simplify(parts: ContentPart[]): string | ContentPart[] {
  const [only] = parts
  return parts.length === 1 && only?.type === 'text' && !only.cache_control ? only.text : parts
}

/** One user turn holds tool results and what the user says; in the hub each result is a message. */
function decodeUser(content: readonly unknown[]): Message[] {
  const messages: Message[] = []
  let rest: unknown[] = []
  let last: ToolMessage | undefined
  function flush(): void {
    if (rest.length > 0) messages.push({ role: 'user', content: simplify(decodeContent(rest)) })
    rest = []
  }
  for (const block of content) {
    if (!isObject(block)) continue
    const cache = asCacheControl(block['cachePoint'])
    if (cache && last && !last.cache_control) {
      last.cache_control = cache
      continue
    }
    last = decodeToolResult(block)
    if (last) {
      flush()
      messages.push(last)
    } else rest.push(block)
  }
  flush()
  return messages.length > 0 ? messages : [{ role: 'user', content: '' }]
}

/** @returns `undefined` for another block, and for the result of a tool that ran at the provider. */
function decodeToolResult(block: JsonObject): ToolMessage | undefined {
  const result = block['toolResult']
  if (!isObject(result) || result['type'] != null) return undefined
  const id = asString(result['toolUseId'])
  if (id === undefined) return undefined
  const { status } = result
  const parts = asArray(result['content']).flatMap((part) => (isObject(part) ? [decodePart(part)] : []))
  return {
    role: 'tool',
    tool_call_id: id,
    content: parts.length === 0 ? '' : simplify(parts),
    ...((status === 'error' || status === 'success') && { is_error: status === 'error' }),
  }
}

function decodeAssistant(wire: readonly unknown[]): AssistantMessage {
  const { content, cache } = splitLastCachePoint(wire)
  const { blocks, toolCalls } = decodeBlocks(content, { types: true })
  const { refusal: _refusal, ...message } = messageFromBlocks(blocks, toolCalls)
  return { ...message, ...(cache && { cache_control: cache }) }
}
