/** Handles a prefill, the beginning of the model's own answer, for models that refuse one. */
import type { AssistantMessage, ChatRequest, Message } from '../../kernel/hub.js'
import { asArray } from '../../kernel/json.js'
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
 * The request, or with `dropUnsupported` one in which a user asks to go on where the answer begins.
 *
 * @throws UnsupportedParameterError that names the message, unless `dropUnsupported`.
 */
export function withoutPrefill(request: ChatRequest, model: string, limits: Limits): ChatRequest {
  if (traitsOf(model).prefill !== false) return request
  const messages = asArray(request.messages) as readonly Message[]
  const place = messages.length - 1
  const last = messages[place]
  // Calls without results are another fault.
  if (last?.role !== 'assistant' || last.tool_calls?.length || last.function_call) return request
  if (saysNothing(last)) {
    limits.warn(`messages[${place}] is an empty answer, which the model does not take at the end: left out`)
    return { ...request, messages: messages.slice(0, -1) }
  }
  limits.unsupported(
    `messages[${place}]`,
    'a conversation that ends with the beginning of an answer: end it with a user message, or ask for a format with response_format; dropUnsupported adds a user message that asks to go on',
    'it stays as an earlier turn, and a user turn after it asks to go on from there',
  )
  return { ...request, messages: [...messages, GO_ON] }
}

function saysNothing({ content, refusal, thinking_blocks: thinking, blocks }: AssistantMessage): boolean {
  if (refusal || thinking?.length || blocks?.length) return false
  if (typeof content === 'string') return content.trim() === ''
  return (content ?? []).every((part) => part.type === 'text' && part.text.trim() === '')
}
