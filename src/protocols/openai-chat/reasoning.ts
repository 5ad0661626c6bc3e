/** Reasoning that a target wants on earlier calls of tools, whoever made them. */
import type { AssistantMessage, ChatRequest, Message } from '../../kernel/hub.js'
import type { Limits } from '../../kernel/limits.js'
import type { Quirks } from '../../kernel/protocol.js'

/**
 * Stands for reasoning that another provider did not show. The field has to be there
 * (https://api-docs.deepseek.com/guides/thinking_mode#tool-calls,
 * https://platform.moonshot.ai/docs/guide/use-kimi-k2-thinking-model), and nothing may be made up.
 */
const NO_REASONING = ' '

/** Each answer that calls tools with its reasoning, or a blank in its place. */
export function withReasoningText(
  request: ChatRequest,
  field: NonNullable<Quirks['reasoningField']>,
  limits: Limits,
): ChatRequest {
  let isBlank = false
  const messages = request.messages.map((message): Message => {
    if (message.role !== 'assistant' || !message.tool_calls?.length || hasField(message, field)) return message
    const text = (message.thinking_blocks ?? [])
      .map((block) => (block.type === 'thinking' ? block.thinking : ''))
      .join('')
    if (text === '') isBlank = true
    return { ...message, reasoning_content: text || NO_REASONING }
  })
  if (isBlank)
    limits.warn('an earlier call of a tool has no reasoning, which the API requires: a blank is sent in its place')
  return messages.every((message, at) => message === request.messages[at]) ? request : { ...request, messages }
}

function hasField(message: AssistantMessage, field: string): boolean {
  const given = (message as unknown as Record<string, unknown>)[field]
  return typeof message.reasoning_content === 'string' || typeof given === 'string'
}
