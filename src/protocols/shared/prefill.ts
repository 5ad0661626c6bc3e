/** A conversation that ends with the beginning of the model's own answer, for models that take none. */
import type { AssistantMessage, Message } from '../../kernel/hub.js'
import type { Limits } from '../../kernel/limits.js'
import { traitsOf } from '../../models/index.js'

/**
 * What stands in for it, as its maker advises
 * (https://platform.claude.com/docs/en/build-with-claude/prompt-engineering/claude-prompting-best-practices, on prefilled responses).
 */
const GO_ON: Message = {
  role: 'user',
  content: 'Continue your last message from exactly where it ends. Do not repeat any of it and do not comment on it.',
}

/**
 * The messages, or with `dropUnsupported` those in which a user asks to go on where the answer begins.
 *
 * @throws UnsupportedParameterError that names the message, unless `dropUnsupported`.
 */
export function withoutPrefill<M extends readonly Message[]>(
  messages: M,
  model: string,
  limits: Limits,
): M | Message[] {
  const place = messages.length - 1
  const last = messages[place]
  if (last?.role !== 'assistant' || traitsOf(model).prefill !== false) return messages
  // Calls without results are another fault, of which the provider says more.
  if (last.tool_calls?.length || last.function_call) return messages
  if (saysNothing(last)) {
    limits.warn(`messages[${place}] is an empty answer, which the model takes at no end: left out`)
    return messages.slice(0, -1)
  }
  limits.unsupported(
    `messages[${place}]`,
    'a conversation that ends with the beginning of an answer: end it with a user message, or ask for a format with response_format; dropUnsupported has a user ask to go on',
    'it stays as an earlier turn, and a user turn after it asks to go on from there',
  )
  return [...messages, GO_ON]
}

function saysNothing({ content, refusal, thinking_blocks: thinking, blocks }: AssistantMessage): boolean {
  if (refusal || thinking?.length || blocks?.length) return false
  if (typeof content === 'string') return content.trim() === ''
  return (content ?? []).every((part) => part.type === 'text' && part.text.trim() === '')
}
