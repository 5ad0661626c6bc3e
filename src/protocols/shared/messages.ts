/** Converts the old form of calls, for codecs that know only tool calls. */
import type { Message } from '../../kernel/hub.js'

/** The messages with a call of a function as a tool call. It has no id: calls are numbered, and a result belongs to the one before it. */
export function withToolCalls(messages: readonly Message[]): readonly Message[] {
  if (!messages.some((message) => message.role === 'function' || isOldCall(message))) return messages
  let calls = 0
  return messages.map((message): Message => {
    if (message.role === 'function')
      return { role: 'tool', tool_call_id: idOf(Math.max(0, calls - 1)), content: message.content ?? '' }
    if (message.role !== 'assistant' || !message.function_call) return message
    const { function_call: made, tool_calls: others = [], blocks, ...rest } = message
    const id = idOf(calls++)
    return {
      ...rest,
      tool_calls: [...others, { id, type: 'function', function: made }],
      ...(blocks && { blocks: [...blocks, { type: 'tool_call', id }] }),
    }
  })
}

function isOldCall(message: Message): boolean {
  return message.role === 'assistant' && message.function_call != null
}

function idOf(number: number): string {
  return `function_call_${number}`
}
