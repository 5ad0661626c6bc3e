/** The conversation (https://docs.cohere.com/reference/chat), both ways. */
import { blocksOf, messageFromBlocks } from '../../kernel/message-blocks.js'
import type { AssistantMessage, ContentPart, Message } from '../../kernel/hub.js'
import { asArray, asString, isObject } from '../../kernel/json.js'
import type { Limits } from '../../kernel/limits.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { LEFT_OUT } from '../shared/history/blanks.js'
import { decodeBlocks, encodeBlocks, encodeCall } from './blocks.js'
import { ID, PLAN, ownRaw } from './wire.js'
import { quoted } from '../shared/quoted.js'

type Content = string | JsonObject[]

/** Kinds of parts that each role takes. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  system: ['text'],
  user: ['text', 'image_url'],
  tool: ['text', 'document'],
}

function encodeContent(content: Message['content'], role: string, limits: Limits): Content {
  if (typeof content === 'string') return content
  const kinds = PARTS[role] ?? []
  return (content ?? []).flatMap((part) => {
    const wire = encodePart(part)
    if (wire && kinds.includes(asString(wire['type']) ?? '')) return [wire]
    // A raw part of this format is as the caller wrote it.
    if (wire && part.type === 'raw') return [wire]
    limits.unsupported(
      part.type === 'raw' ? `a message part of ${part.protocol}` : `${quoted(part.type)} parts in ${role} messages`,
    )
    return []
  })
}

function encodePart(part: ContentPart): JsonObject | undefined {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text }
    case 'refusal':
      return { type: 'text', text: part.refusal }
    case 'image_url': {
      const { url, detail } = part.image_url
      return { type: 'image_url', image_url: { url, ...(detail !== undefined && { detail }) } }
    }
    case 'raw':
      return ownRaw(part)
    default:
      return undefined
  }
}

function saidOrLeftOut(content: Content): Content {
  return content.length > 0 ? content : LEFT_OUT
}

export function encodeMessages(messages: readonly Message[], limits: Limits): JsonObject[] {
  return messages.flatMap((message): JsonObject[] => {
    if ('name' in message && message.name !== undefined) limits.warn('names of messages are left out')
    switch (message.role) {
      case 'system':
      case 'developer':
        return [{ role: 'system', content: encodeContent(message.content, 'system', limits) }]
      case 'user':
        return [{ role: 'user', content: saidOrLeftOut(encodeContent(message.content, 'user', limits)) }]
      case 'tool':
        if (message.is_error) limits.warn('the failure of a tool shows only in its result')
        return [
          { role: 'tool', tool_call_id: message.tool_call_id, content: encodeContent(message.content, 'tool', limits) },
        ]
      case 'assistant':
        return [encodeAssistant(message, limits)]
      default:
        limits.unsupported(`messages of role ${quoted((message as { role?: unknown } | null)?.role)}`)
        return []
    }
  })
}

function encodeAssistant(message: AssistantMessage, limits: Limits): JsonObject {
  const calls = (message.tool_calls ?? []).map(encodeCall)
  if (message.audio) limits.warn('audio of earlier answers is left out')
  const { content, plan, citations, skipped } = encodeBlocks(blocksOf(message))
  for (const what of skipped) limits.warn(`${what} in an earlier answer are left out`)
  const [only] = content
  const isPlain = content.length === 1 && only?.['type'] === 'text'
  return {
    role: 'assistant',
    ...(plan !== undefined && { [PLAN]: plan }),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(content.length > 0 && { content: isPlain ? only['text'] : content }),
    ...(content.length === 0 &&
      calls.length === 0 &&
      typeof message.content === 'string' && { content: message.content }),
    ...(citations.length > 0 && { citations }),
  }
}

export function decodeMessages(messages: unknown): Message[] {
  return asArray(messages).flatMap((message): Message[] => {
    if (!isObject(message)) return []
    const { role, content } = message
    if (role === 'system' || role === 'user') return [{ role, content: decodeContent(content) }]
    if (role === 'tool')
      return [{ role, tool_call_id: asString(message['tool_call_id']) ?? '', content: decodeContent(content) }]
    return role === 'assistant' ? [decodeAssistant(message)] : []
  })
}

function decodeAssistant(wire: JsonObject): AssistantMessage {
  const { blocks, toolCalls } = decodeBlocks(wire)
  const { refusal: _refusal, ...message } = messageFromBlocks(blocks, toolCalls)
  return { ...message, content: message.content ?? (wire['content'] === '' ? '' : null) }
}

function decodeContent(content: unknown): string | ContentPart[] {
  if (typeof content === 'string') return content
  return asArray(content).flatMap((part) => (isObject(part) ? [decodePart(part)] : []))
}

function decodePart(part: JsonObject): ContentPart {
  if (part['type'] === 'text' && typeof part['text'] === 'string') return { type: 'text', text: part['text'] }
  const image = part['image_url']
  if (part['type'] === 'image_url' && isObject(image) && typeof image['url'] === 'string') {
    const detail = asString(image['detail'])
    return { type: 'image_url', image_url: { url: image['url'], ...(detail !== undefined && { detail }) } }
  }
  return { type: 'raw', protocol: ID, value: part }
}
