/** Parts of a request that a format may have no counterpart for. None of them may be dropped silently. */
import type { AssistantMessage, ChatRequest, ContentPart } from './hub.js'
import { isObject } from './json.js'
import type { ProtocolId } from './protocol.js'

/**
 * `reasoning` is all reasoning of earlier answers; `reasoning_content` is only what that field has, `thinking_blocks` only
 * what those have.
 */
export type NoCounterpart =
  | 'blocks'
  | 'cache_control'
  | 'detail'
  | 'is_error'
  | 'reasoning'
  | 'reasoning_content'
  | 'strict'
  | 'thinking_blocks'

const WARNINGS: Readonly<Record<NoCounterpart, string>> = {
  blocks: 'blocks of an earlier answer that only another provider knows are left out',
  cache_control: '`cache_control` has no effect here',
  detail: 'the `detail` of an image has no counterpart here',
  is_error: 'the failure of a tool shows only in its result',
  reasoning: 'reasoning of earlier answers is left out',
  reasoning_content: 'reasoning of earlier answers is left out',
  strict: '`strict` has no counterpart here',
  thinking_blocks: 'thinking of earlier answers that only another provider can read is left out',
}

/** Warns once of each of `noCounterparts` that the request has. The codec leaves them out. */
export function warnNoCounterpart(
  request: ChatRequest,
  noCounterparts: readonly NoCounterpart[],
  warn: (message: string) => void,
): void {
  const found = new Set<NoCounterpart>()
  for (const message of request.messages) {
    if ('cache_control' in message && message.cache_control) found.add('cache_control')
    if (message.role === 'tool' && message.is_error) found.add('is_error')
    if (message.role === 'assistant') lookAtAnswer(message, found)
    if (Array.isArray(message.content)) for (const part of message.content) lookAtPart(part, found)
  }
  for (const tool of request.tools ?? []) {
    if (tool.type !== 'function') continue
    if (tool.cache_control) found.add('cache_control')
    if (tool.function?.strict) found.add('strict')
  }
  for (const what of noCounterparts) if (found.has(what)) warn(WARNINGS[what])
}

function lookAtAnswer(message: AssistantMessage, found: Set<NoCounterpart>): void {
  const { reasoning_content: text, thinking_blocks: blocks } = message
  if (text || blocks?.length) found.add('reasoning')
  if (text && !blocks?.length) found.add('reasoning_content')
  if (blocks?.some(({ type }) => !text || type === 'redacted_thinking')) found.add('thinking_blocks')
  if (message.blocks?.some(({ type }) => type === 'raw')) found.add('blocks')
}

function lookAtPart(part: ContentPart, found: Set<NoCounterpart>): void {
  if ('cache_control' in part && part.cache_control) found.add('cache_control')
  if (part.type !== 'image_url') return
  const detail = part.image_url?.detail
  if (detail != null && detail !== 'auto') found.add('detail')
}

/**
 * Fields of a format that are in the fields of the hub too, and are kept only for the same codec to send them as they were.
 * The others of their object are named one by one.
 */
const IN_THE_HUB_TOO: Partial<Record<ProtocolId, readonly string[]>> = {
  'anthropic-messages': ['output_config.effort', 'output_format'],
  'gemini-generate': [
    'generationConfig.thinkingConfig',
    'generationConfig.responseJsonSchema',
    'generationConfig.responseSchema',
  ],
  'openai-responses': ['reasoning.effort', 'text.format'],
}

function foreignFields(value: Readonly<Record<string, unknown>>, known: readonly string[]): readonly string[] {
  return Object.entries(value).flatMap(([field, inner]) => {
    // A name that begins with `_` is a note about the form of the request.
    if (field.startsWith('_') || known.includes(field)) return []
    if (!isObject(inner) || !known.some((path) => path.startsWith(`${field}.`))) return [field]
    return Object.keys(inner)
      .map((name) => `${field}.${name}`)
      .filter((path) => !known.includes(path))
  })
}

/** Warns of fields that were read from another format than `id`. */
export function warnForeign(request: ChatRequest, id: ProtocolId, warn: (message: string) => void): void {
  const { raw } = request
  if (!raw || raw.protocol === id) return
  const fields = foreignFields(raw.value, IN_THE_HUB_TOO[raw.protocol] ?? [])
  if (fields.length > 0) warn(`left out fields that only ${raw.protocol} has: ${fields.join(', ')}`)
}
