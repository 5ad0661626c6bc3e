/** The conversation to `messages` (https://docs.ollama.com/api/chat). */
import { blocksOf } from '../../kernel/message-blocks.js'
import type { AssistantMessage, ContentPart, Message, ToolCall } from '../../kernel/hub.js'
import type { Limits } from '../../kernel/limits.js'
import { compact } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { toBase64Image } from './images.js'
import { encodeCall, resultForm, sentId, type ResultForm } from './tool-calls.js'
import { ownRaw } from './wire.js'
import { quoted } from '../shared/quoted.js'

/** A message holds one text, and images beside it. */
interface TextWithImages {
  content: string
  images: string[]
}

/**
 * A message for every text, each with the images that came before it: one message has no order between text and
 * images, and text would run together.
 */
function split(content: Message['content'], role: string, limits: Limits): TextWithImages[] {
  if (typeof content === 'string') return [{ content, images: [] }]
  const said: TextWithImages[] = []
  let images: string[] = []
  for (const part of content ?? []) {
    const image = imageOf(part)
    const text = part.type === 'text' ? part.text : part.type === 'refusal' ? part.refusal : undefined
    if (text !== undefined) {
      said.push({ content: text, images })
      images = []
    } else if (image !== undefined) images.push(image)
    else
      limits.unsupported(
        part.type === 'raw' ? `a message part of ${part.protocol}` : partName(part, role),
        'only text and inline images are taken',
      )
  }
  const last = said.at(-1)
  if (last) last.images.push(...images)
  else said.push({ content: '', images })
  return said
}

function partName(part: ContentPart, role: string): string {
  return part.type === 'image_url' ? 'image_url with an address' : `${quoted(part.type)} parts in ${role} messages`
}

function imageOf(part: ContentPart): string | undefined {
  if (part.type === 'image_url') return toBase64Image(part.image_url.url)
  const inline =
    part.type === 'file' && part.file.file_data?.startsWith('data:image/') ? part.file.file_data : undefined
  return inline === undefined ? undefined : toBase64Image(inline)
}

function withImages({ content, images }: TextWithImages): JsonObject {
  return { content, ...(images.length > 0 && { images }) }
}

/** One message: texts are joined by a line break. */
function joined(content: Message['content'], role: string, limits: Limits): JsonObject {
  const said = split(content, role, limits)
  return withImages({
    content: said.map((one) => one.content).join('\n'),
    images: said.flatMap(({ images }) => images),
  })
}

export function encodeMessages(messages: readonly Message[], limits: Limits): JsonObject[] {
  /** By the id of a call: its function's name, which a result says here, and the form of its result. */
  const known = new Map<string, { readonly name: string; readonly form: ResultForm | undefined }>()
  return messages.flatMap((message): JsonObject[] => {
    switch (message.role) {
      case 'system':
      case 'developer':
        // Templates of some models take one instruction.
        return [{ role: 'system', ...joined(message.content, 'system', limits) }]
      case 'user':
        if (message.name !== undefined) limits.warn('names of messages are left out')
        return split(message.content, 'user', limits).map((said) => ({ role: 'user', ...withImages(said) }))
      case 'tool': {
        const { tool_call_id: id, is_error: failed } = message
        if (failed) limits.warn('the failure of a tool shows only in its result')
        return [
          compact({
            role: 'tool',
            ...joined(message.content, 'tool', limits),
            ...resultFields(id, known.get(id)),
          }),
        ]
      }
      case 'function':
        return [{ role: 'tool', content: message.content ?? '', tool_name: message.name }]
      case 'assistant':
        for (const call of message.tool_calls ?? []) {
          const block = message.blocks?.find((one) => one.type === 'tool_call' && one.id === call.id)
          const { name } = call.type === 'custom' ? call.custom : call.function
          known.set(call.id, { name, form: block && resultForm(block) })
        }
        return [encodeAssistant(message, limits)]
      default:
        limits.unsupported(`messages of role ${quoted((message as { role?: unknown } | null)?.role)}`)
        return []
    }
  })
}

function resultFields(
  id: string,
  call: { readonly name: string; readonly form: ResultForm | undefined } | undefined,
): JsonObject {
  const field = call?.form ? call.form.name : 'tool_name'
  return {
    ...(field !== null && { [field]: call?.name }),
    ...(call?.form?.id !== false && { tool_call_id: sentId(id) }),
  }
}

function encodeAssistant(message: AssistantMessage, limits: Limits): JsonObject {
  let content = ''
  let thinking = ''
  const calls: JsonObject[] = []
  const made = new Map<string, ToolCall>((message.tool_calls ?? []).map((call) => [call.id, call]))
  for (const block of blocksOf(message)) {
    const call = block.type === 'tool_call' ? made.get(block.id) : undefined
    if (block.type === 'text') content += block.text
    else if (block.type === 'refusal') content += block.refusal
    else if (block.type === 'thinking') thinking += block.thinking
    else if (call) calls.push(encodeCall(call, block))
    else if (block.type === 'raw' || block.type === 'redacted_thinking') {
      const own = block.type === 'raw' && ownRaw(block)
      if (!own) limits.warn('blocks of an earlier answer that only another provider knows are left out')
    }
  }
  if (message.function_call) calls.push(encodeCall({ id: '', type: 'function', function: message.function_call }))
  if (message.audio) limits.warn('audio of earlier answers is left out')
  const isSilent = content === '' && typeof message.content !== 'string' && (calls.length > 0 || thinking !== '')
  return {
    role: 'assistant',
    ...(!isSilent && { content }),
    ...(thinking !== '' && { thinking }),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
}
