/** Writes conversations for formats without messages, as one text. */
import type { Message } from '../../kernel/hub.js'
import type { Limits } from '../../kernel/limits.js'

/** Refuses, or warns of, what of a message is more than its content. A refusal without content is what was said. */
export function checkSpoken(message: Message, limits: Limits): void {
  if (message.role === 'tool' || message.role === 'function')
    limits.unsupported(`${message.role} messages`, 'a prompt cannot have tools')
  if ('name' in message && message.name !== undefined && message.role !== 'function')
    limits.warn('names of messages are left out')
  if (message.role !== 'assistant') return
  if (message.tool_calls?.length || message.function_call)
    limits.unsupported('tool_calls', 'a prompt cannot have tools')
  if (message.refusal && message.content?.length) limits.warn('the refusal of an earlier answer is left out')
  if (message.audio) limits.warn('audio of earlier answers is left out')
}
