/** Images and files in the results of tools, for providers whose results are text alone. */
import type { ContentPart, Message, ToolMessage, UserMessage } from '../../../kernel/hub.js'
import type { Limits } from '../../../kernel/limits.js'
import { hasCalls } from './pairing.js'

/**
 * Moves what is not text to a user message behind the results, with a text that says whose result it is.
 *
 * @param isKept - A part that the format has a place for all the same.
 */
export function moveResultMedia(
  messages: readonly Message[],
  isKept: (part: ContentPart) => boolean,
  limits: Limits,
): readonly Message[] {
  const isMedia = (part: ContentPart): boolean => part.type !== 'text' && part.type !== 'refusal' && !isKept(part)
  const holds = (message: Message): boolean =>
    message.role === 'tool' && Array.isArray(message.content) && message.content.some(isMedia)
  if (!messages.some(holds)) return messages
  limits.warn('images and files in the results of tools are sent in a user message after them')
  const names = new Map<string, string>()
  const moved: Message[] = []
  let waiting: ContentPart[] = []
  for (const message of messages) {
    if (message.role === 'tool') {
      moved.push(holds(message) ? withoutMedia(message) : message)
      continue
    }
    if (message.role === 'user') {
      moved.push(waiting.length > 0 ? before(waiting, message) : message)
      waiting = []
      continue
    }
    settle()
    if (hasCalls(message))
      for (const call of message.tool_calls)
        names.set(call.id, call.type === 'custom' ? call.custom.name : call.function.name)
    moved.push(message)
  }
  settle()
  return moved

  function settle(): void {
    if (waiting.length > 0) moved.push({ role: 'user', content: waiting })
    waiting = []
  }

  function withoutMedia(message: ToolMessage): ToolMessage {
    const parts = message.content as ContentPart[]
    const media = parts.filter(isMedia)
    const name = names.get(message.tool_call_id)
    const whose = `${name === undefined ? '' : `${name}, `}call ${message.tool_call_id}`
    waiting.push({ type: 'text', text: `From the result of the tool (${whose}):` }, ...media)
    const kept = parts.filter((part) => !isMedia(part))
    const note: ContentPart = { type: 'text', text: 'The rest of the result follows in the next user message.' }
    return { ...message, content: asText([...kept, note]) }
  }
}

function before(parts: readonly ContentPart[], message: UserMessage): UserMessage {
  const { content } = message
  const own: readonly ContentPart[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content
  return { ...message, content: [...parts, ...own] }
}

/** One text where the parts are no more than that: some servers take no list here. */
function asText(parts: readonly ContentPart[]): string | ContentPart[] {
  const texts = parts.flatMap((part) => (part.type === 'text' && !part.cache_control ? [part.text] : []))
  return texts.length === parts.length ? texts.join('\n') : [...parts]
}
