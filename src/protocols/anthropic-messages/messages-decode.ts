/** `system` and `messages` to the hub's conversation: the reverse of `messages-encode.ts`. */
import { messageFromBlocks } from '../../kernel/message-blocks.js'
import type { AssistantMessage, ContentPart, Message, ToolMessage } from '../../kernel/hub.js'
import { asArray, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { decodeBlocks } from './blocks-decode.js'
import { decodeContent, decodePart } from './content.js'
import { ID, asCacheControl, cacheFields, hasNativeFields } from './wire.js'

export function decodeMessages(system: unknown, messages: unknown): Message[] {
  const decoded: Message[] = []
  if (typeof system === 'string' || Array.isArray(system)) {
    decoded.push({ role: 'system', content: decodeSystem(system) })
  }
  for (const message of asArray(messages)) {
    if (!isObject(message)) continue
    const { role, content } = message
    if (role === 'system') decoded.push({ role, content: decodeInstruction(message) })
    else if (role === 'assistant') decoded.push(decodeAssistant(content))
    else decoded.push(...decodeUser(content))
  }
  return decoded
}

/**
 * Claude Code says in a first block what its calls are billed as
 * (https://code.claude.com/docs/en/llm-gateway-protocol#system-prompt-attribution-block). It differs between calls, so at
 * another provider it would only keep the prompt from being cached.
 */
const ATTRIBUTION = 'x-anthropic-billing-header:'

function decodeSystem(system: string | readonly unknown[]): string | ContentPart[] {
  if (typeof system === 'string') return decodeContent(system)
  const [first] = system
  const isNote = isObject(first) && asString(first['text'])?.startsWith(ATTRIBUTION) === true
  if (!isNote) return decodeContent(system)
  const rest = decodeContent(system.slice(1))
  const note: ContentPart = { type: 'raw', protocol: ID, value: first }
  return [note, ...(typeof rest === 'string' ? [{ type: 'text' as const, text: rest }] : rest)]
}

const SYSTEM_MORE = ['clear_at', 'output_config']

/** Settings of a system message, such as when it is cleared, are in a part of their own: one without a type. */
function decodeInstruction(message: JsonObject): string | ContentPart[] {
  const decoded = decodeContent(message['content'])
  const said = SYSTEM_MORE.flatMap((field) => (message[field] == null ? [] : [[field, message[field]] as const]))
  if (said.length === 0) return decoded
  const settings = Object.fromEntries(said)
  const parts: ContentPart[] = typeof decoded === 'string' ? [{ type: 'text', text: decoded }] : decoded
  return [...parts, { type: 'raw', protocol: ID, value: settings }]
}

const RESULT_MORE = ['toolset_name']

/** One user turn holds tool results and what the user says; in the hub each result is a message. */
function decodeUser(content: unknown): Message[] {
  if (!Array.isArray(content)) return [{ role: 'user', content: asString(content) ?? '' }]
  const messages: Message[] = []
  let parts: ContentPart[] = []
  for (const block of content) {
    if (!isObject(block)) continue
    const result = decodeToolResult(block)
    if (!result) {
      parts.push(decodePart(block))
      continue
    }
    if (parts.length > 0) messages.push({ role: 'user', content: parts })
    parts = []
    messages.push(result)
  }
  if (parts.length > 0 || messages.length === 0) messages.push({ role: 'user', content: parts })
  return messages
}

function decodeToolResult(block: JsonObject): ToolMessage | undefined {
  const id = asString(block['tool_use_id'])
  if (block['type'] !== 'tool_result' || id === undefined || hasNativeFields(block, RESULT_MORE)) return undefined
  const failed = block['is_error']
  return {
    role: 'tool',
    tool_call_id: id,
    content: decodeContent(block['content'] ?? ''),
    ...(typeof failed === 'boolean' && { is_error: failed }),
    ...cacheFields(block),
  }
}

function decodeAssistant(content: unknown): AssistantMessage {
  if (!Array.isArray(content)) return { role: 'assistant', content: asString(content) ?? '' }
  const last: unknown = content.at(-1)
  const cache = isObject(last) ? asCacheControl(last['cache_control']) : undefined
  const onlyLast = cache && !content.slice(0, -1).some((block) => isObject(block) && block['cache_control'] != null)
  let wire: unknown[] = content
  if (onlyLast && isObject(last)) {
    const { cache_control: _cache, ...rest } = last
    wire = [...content.slice(0, -1), rest]
  }
  const { blocks, toolCalls } = decodeBlocks(wire, { callers: true })
  const { refusal: _refusal, ...message } = messageFromBlocks(blocks, toolCalls)
  return { ...message, ...(onlyLast && { cache_control: cache }) }
}
