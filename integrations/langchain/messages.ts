/** Converts LangChain's messages to hub shape. Read only when content is captured. */
import { asString, isObject, type hub } from '../../src/autolog/contract.js'

type Fields = Readonly<Record<string, unknown>>

interface Read {
  readonly parts: hub.ContentPart[]
  readonly reasoning: string
}

/** `human`, `ai`, `system`, `tool`, `function`, or the role of a generic message. */
function typeOf(message: Fields): string {
  for (const method of ['getType', '_getType'] as const) {
    const read = message[method]
    if (typeof read === 'function') return String(Reflect.apply(read, message, []))
  }
  return asString(message['type']) ?? asString(message['role']) ?? 'human'
}

export function toHubMessage(message: unknown): hub.Message {
  if (!isObject(message)) return { role: 'user', content: typeof message === 'string' ? message : '' }
  const type = typeOf(message)
  const role = type === 'generic' ? asString(message['role']) : type
  const read = contentOf(message['content'])
  switch (role) {
    case 'ai':
    case 'assistant':
      return { ...toHubAnswer(message), content: textOf(read.parts) }
    case 'system':
    case 'developer':
      return { role, content: contentValue(read.parts) }
    case 'tool':
      return { role, tool_call_id: asString(message['tool_call_id']) ?? '', content: contentValue(read.parts) }
    case 'function':
      return { role, name: asString(message['name']) ?? '', content: textOf(read.parts) }
    default:
      return { role: 'user', content: contentValue(read.parts) }
  }
}

/** The message of an answer. */
export function toHubAnswer(message: Fields): hub.CompletionMessage {
  const { parts, reasoning } = contentOf(message['content'])
  const additional = isObject(message['additional_kwargs']) ? message['additional_kwargs'] : {}
  const thought = reasoning || asString(additional['reasoning_content'])
  const toolCalls = toolCallsOf(message['tool_calls'])
  return {
    role: 'assistant',
    content: textOf(parts),
    refusal: asString(additional['refusal']) ?? null,
    ...(thought && { reasoning_content: thought }),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
  }
}

export function toolCallsOf(toolCalls: unknown): hub.ToolCall[] {
  if (!Array.isArray(toolCalls)) return []
  return toolCalls.filter(isObject).map((call) => ({
    id: asString(call['id']) ?? '',
    type: 'function',
    function: { name: asString(call['name']) ?? '', arguments: JSON.stringify(call['args'] ?? {}) },
  }))
}

function contentValue(parts: hub.ContentPart[]): string | hub.ContentPart[] {
  const only = parts[0]
  return parts.length === 1 && only?.type === 'text' ? only.text : parts
}

function textOf(parts: readonly hub.ContentPart[]): string | null {
  const text = parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
  return text === '' ? null : text
}

function contentOf(content: unknown): Read {
  if (typeof content === 'string') return { parts: [{ type: 'text', text: content }], reasoning: '' }
  const parts: hub.ContentPart[] = []
  let reasoning = ''
  for (const block of Array.isArray(content) ? (content as readonly unknown[]) : []) {
    if (typeof block === 'string') parts.push({ type: 'text', text: block })
    if (!isObject(block)) continue
    if (block['type'] === 'thinking' || block['type'] === 'reasoning') {
      reasoning += asString(block['thinking']) ?? asString(block['reasoning']) ?? ''
    } else {
      const part = partOf(block)
      if (part) parts.push(part)
    }
  }
  return { parts, reasoning }
}

/** Blocks of OpenAI, of Anthropic, and LangChain's own. Tool calls are left out, as they are in `tool_calls` too. */
function partOf(block: Fields): hub.ContentPart | undefined {
  switch (block['type']) {
    case 'text':
      return { type: 'text', text: asString(block['text']) ?? '' }
    case 'image_url': {
      const image = block['image_url']
      const url = asString(isObject(image) ? image['url'] : image)
      return url === undefined ? undefined : { type: 'image_url', image_url: { url } }
    }
    case 'image': {
      const source = isObject(block['source']) ? block['source'] : block
      const url = asString(source['url'])
      const data = asString(source['data'])
      const mediaType =
        asString(source['media_type']) ?? asString(source['mimeType']) ?? asString(source['mime_type']) ?? 'image/*'
      if (url !== undefined) return { type: 'image_url', image_url: { url } }
      return data === undefined
        ? undefined
        : { type: 'image_url', image_url: { url: `data:${mediaType};base64,${data}` } }
    }
    default:
      return undefined
  }
}
