/** Converts messages of the AI SDK, of programs and of models, to hub shape. Read only when content is captured. */
import { asString, isObject, type hub } from '../../src/autolog/contract.js'

type Fields = Readonly<Record<string, unknown>>

const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** @param instructions - Text, or system messages. */
export function toHubMessages(instructions: unknown, messages: unknown): hub.Message[] {
  const system = typeof instructions === 'string' ? [{ role: 'system', content: instructions }] : [instructions].flat()
  return [...listOf(system), ...listOf(messages)].flatMap(toHub)
}

function toHub(message: Fields): hub.Message[] {
  const { role, content } = message
  const parts: Fields[] = typeof content === 'string' ? [{ type: 'text', text: content }] : listOf(content)
  switch (role) {
    case 'system':
      return [{ role, content: textOf(parts) ?? '' }]
    case 'assistant':
      return [toHubAnswer(parts)]
    case 'tool':
      return parts.filter(({ type }) => type === 'tool-result').map(toHubResult)
    default:
      return [{ role: 'user', content: contentOf(parts) }]
  }
}

/** The message of an answer. */
export function toHubAnswer(parts: readonly Fields[]): hub.CompletionMessage {
  const reasoning = parts.map((part) => (part['type'] === 'reasoning' ? (asString(part['text']) ?? '') : '')).join('')
  const calls = parts.filter(({ type }) => type === 'tool-call').map(toHubCall)
  return {
    role: 'assistant',
    content: textOf(parts),
    refusal: null,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
}

function toHubCall(part: Fields): hub.ToolCall {
  const { input } = part
  return {
    id: asString(part['toolCallId']) ?? '',
    type: 'function',
    function: {
      name: asString(part['toolName']) ?? '',
      arguments: typeof input === 'string' ? input : JSON.stringify(input ?? {}),
    },
  }
}

function toHubResult(part: Fields): hub.ToolMessage {
  const output = isObject(part['output']) ? part['output'] : {}
  const { type, value, reason } = output
  return {
    role: 'tool',
    tool_call_id: asString(part['toolCallId']) ?? '',
    content: asString(value) ?? asString(reason) ?? JSON.stringify(value ?? null),
    ...(typeof type === 'string' && type.startsWith('error') && { is_error: true }),
  }
}

function textOf(parts: readonly Fields[]): string | null {
  const text = parts.map((part) => (part['type'] === 'text' ? (asString(part['text']) ?? '') : '')).join('')
  return text === '' ? null : text
}

function contentOf(parts: readonly Fields[]): string | hub.ContentPart[] {
  const read = parts.flatMap(partOf)
  const [only] = read
  return read.length === 1 && only?.type === 'text' ? only.text : read
}

function partOf(part: Fields): hub.ContentPart[] {
  if (part['type'] === 'text') return [{ type: 'text', text: asString(part['text']) ?? '' }]
  if (part['type'] !== 'file' && part['type'] !== 'image') return []
  const mediaType = asString(part['mediaType']) ?? 'image/*'
  const url = urlOf(part['data'] ?? part['image'], mediaType)
  if (url === undefined) return []
  if (mediaType.startsWith('image/')) return [{ type: 'image_url', image_url: { url } }]
  const filename = asString(part['filename'])
  return [{ type: 'file', file: { file_data: url, ...(filename !== undefined && { filename }) } }]
}

/** A URL, base64 text, bytes, or (from 7 on) an object with one of these. */
function urlOf(data: unknown, mediaType: string): string | undefined {
  if (data instanceof URL) return data.href
  if (data instanceof Uint8Array) return `data:${mediaType};base64,${Buffer.from(data).toString('base64')}`
  if (isObject(data)) return urlOf(data['url'] ?? data['data'], mediaType)
  const text = asString(data)
  return text === undefined || /^(?:https?|data):/.test(text) ? text : `data:${mediaType};base64,${text}`
}
