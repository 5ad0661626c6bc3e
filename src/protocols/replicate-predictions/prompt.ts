/**
 * A conversation as a prompt: the format has no messages. One user message is the prompt itself. Anything longer is
 * written as a transcript, `User: …` and `Assistant: …` parted by empty lines, that ends where the assistant speaks.
 * System messages before it are the system prompt.
 */
import type { ContentPart, Message } from '../../kernel/hub.js'
import { isHttpUrl, parseDataUrl } from '../../kernel/data-url.js'
import type { Limits } from '../../kernel/limits.js'
import { checkSpoken } from '../shared/prompt.js'
import { quoted } from '../shared/quoted.js'

export interface Prompt {
  readonly prompt: string
  readonly system: string | undefined
  readonly image: string | undefined
}

const NAMES: Readonly<Record<string, string>> = {
  user: 'User',
  assistant: 'Assistant',
  system: 'System',
  developer: 'System',
}

export function encodePrompt(messages: readonly Message[], limits: Limits): Prompt {
  const images: string[] = []
  const firstTurn = messages.findIndex(({ role }) => role !== 'system' && role !== 'developer')
  const head = firstTurn < 0 ? messages : messages.slice(0, firstTurn)
  const turns = firstTurn < 0 ? [] : messages.slice(firstTurn)
  const system = head.map((message) => textOf(message, images, limits))
  const said = turns.map((message) => ({ role: message.role, text: textOf(message, images, limits) }))
  const only = said.length === 1 && said[0]?.role === 'user' ? said[0].text : undefined
  if (only === undefined && said.length > 0)
    limits.warn('the conversation is sent as one prompt, a transcript of its messages')
  if (images.length > 1)
    limits.unsupported('several images', 'give one, or the field the model has for them in extra_body.input')
  return {
    prompt:
      only ??
      [
        ...said.map(({ role, text }) => `${NAMES[role] ?? role}: ${text}`),
        ...(said.length > 0 ? ['Assistant:'] : []),
      ].join('\n\n'),
    system: system.length > 0 ? system.join('\n\n') : undefined,
    image: images[0],
  }
}

function textOf(message: Message, images: string[], limits: Limits): string {
  checkSpoken(message, limits)
  const { content } = message
  if (typeof content === 'string') return content
  if (message.role === 'assistant' && message.refusal && !content?.length) return message.refusal
  return (content ?? [])
    .map((part: ContentPart) => partText(part, message.role, images, limits))
    .filter((text) => text !== undefined)
    .join('\n\n')
}

function partText(part: ContentPart, role: string, images: string[], limits: Limits): string | undefined {
  if (part.type === 'text') return part.text
  if (part.type === 'refusal') return part.refusal
  const url = part.type === 'image_url' && role === 'user' ? part.image_url.url : undefined
  if (url !== undefined && (isHttpUrl(url) || parseDataUrl(url))) images.push(url)
  else
    limits.unsupported(
      part.type === 'raw' ? `a message part of ${part.protocol}` : `${quoted(part.type)} parts in ${role} messages`,
      'a prompt is text and an image',
    )
  return undefined
}
