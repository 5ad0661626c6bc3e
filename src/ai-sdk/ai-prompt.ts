/** Prompts of the AI SDK as messages of the hub. */
import type { CacheControl, ContentPart, Message, ToolCall } from '../kernel/hub.js'
import { asArray, asString, isObject } from '../kernel/json.js'
import { messageFromBlocks } from '../kernel/message-blocks.js'
import type { AskedMessage, AskedOutput, AskedPart, ByProvider } from './ai-asked.js'
import { filePart } from './files.js'
import { blockOf, OWN } from './kept.js'

type Refuse = (feature: string) => void

/** @param refuse - Told of each part that has no counterpart. */
export function messagesOf(prompt: readonly AskedMessage[], refuse: Refuse): Message[] {
  return prompt.flatMap((message): Message[] => {
    const cache = cacheControlOf(message.providerOptions)
    const { content, role } = message
    if (role === 'system') {
      const text = typeof content === 'string' ? content : content.map((part) => asString(part.text) ?? '').join('')
      return [{ role, content: cache ? [{ type: 'text', text, cache_control: cache }] : text }]
    }
    const parts: readonly AskedPart[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content
    if (role === 'assistant') return [answerOf(parts, refuse, cache)]
    if (role === 'tool') return parts.flatMap((part) => toolMessage(part, refuse, cache))
    return [{ role: 'user', content: userContent(parts, refuse, cache) }]
  })
}

function userContent(parts: readonly AskedPart[], refuse: Refuse, cache?: CacheControl): string | ContentPart[] {
  const content = parts.flatMap((part): ContentPart[] => {
    const made = part.type === 'file' ? filePart(part) : textPart(part)
    if (!made) refuse(`${part.type} part${part.mediaType === undefined ? '' : ` (${part.mediaType})`}`)
    return made ? [withCache(made, cacheControlOf(part.providerOptions))] : []
  })
  const last = content.at(-1)
  if (last) content[content.length - 1] = withCache(last, cache)
  const [only] = content
  return content.length === 1 && only?.type === 'text' && !only.cache_control ? only.text : content
}

function textPart(part: AskedPart): ContentPart | undefined {
  return part.type === 'text' ? { type: 'text', text: asString(part.text) ?? '' } : undefined
}

function answerOf(parts: readonly AskedPart[], refuse: Refuse, cache?: CacheControl): Message {
  const calls: ToolCall[] = []
  let marked = cache
  const blocks = parts.flatMap((part) => {
    const block = blockOf(part)
    // Sources and files of an answer are not sent again by the providers of the AI SDK either.
    if (!block) refuse(`${part.type} part in an assistant message`)
    if (part.type === 'tool-call') {
      const text = typeof part.input === 'string' ? part.input : JSON.stringify(part.input ?? {})
      calls.push({
        id: part.toolCallId ?? '',
        type: 'function',
        function: { name: part.toolName ?? '', arguments: text },
      })
    }
    marked ??= cacheControlOf(part.providerOptions)
    return block ? [block] : []
  })
  return { ...messageFromBlocks(blocks, calls), ...(marked && { cache_control: marked }) }
}

function toolMessage(part: AskedPart, refuse: Refuse, cache?: CacheControl): Message[] {
  if (part.type !== 'tool-result') {
    // An approval is for `ai` itself, which runs the tool or says that it was denied.
    if (part.type !== 'tool-approval-response') refuse(`${part.type} part in a tool message`)
    return []
  }
  const marked = cacheControlOf(part.providerOptions) ?? cache
  return [
    {
      role: 'tool',
      tool_call_id: part.toolCallId ?? '',
      content: outputOf(part.output, refuse),
      ...(part.output?.type.startsWith('error-') && { is_error: true }),
      ...(marked && { cache_control: marked }),
    },
  ]
}

function outputOf(output: AskedOutput | undefined, refuse: Refuse): string | ContentPart[] {
  const { type, value, reason } = output ?? { type: 'text' }
  if (type === 'execution-denied') return reason ?? 'The tool call was denied.'
  if (type !== 'content') return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return userContent(asArray(value).filter(isObject).map(outputPart), refuse)
}

/** Parts of a result have other names before version 7: `media`, `image-data`, `file-url` and so on. */
function outputPart(part: Readonly<Record<string, unknown>>): AskedPart {
  const { type, fileId, url, data, ...rest } = part
  const kind = asString(type) ?? ''
  if (!/^(media|(image|file)-(data|url)|(image-)?file-id)$/.test(kind)) return part as unknown as AskedPart
  const mediaType = asString(rest['mediaType']) ?? (kind.startsWith('image') ? 'image/*' : undefined)
  const reference = typeof fileId === 'string' ? { id: fileId } : fileId
  return {
    ...rest,
    type: 'file',
    data: kind.endsWith('file-id') ? { type: 'reference', reference } : (url ?? data),
    ...(mediaType !== undefined && { mediaType }),
  }
}

/** `cacheControl` of `@ai-sdk/anthropic` is understood too, as programs have it already. */
export function cacheControlOf(options: ByProvider | undefined): CacheControl | undefined {
  for (const provider of [OWN, 'anthropic']) {
    const fields = options?.[provider]
    const value = fields?.['cacheControl'] ?? fields?.['cache_control']
    if (!isObject(value)) continue
    const { ttl } = value
    return { type: 'ephemeral', ...((ttl === '5m' || ttl === '1h') && { ttl }) }
  }
  return undefined
}

function withCache(part: ContentPart, cache: CacheControl | undefined): ContentPart {
  if (!cache || (part.type !== 'text' && part.type !== 'image_url' && part.type !== 'file')) return part
  return { ...part, cache_control: cache }
}
