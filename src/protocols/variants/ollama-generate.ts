/** Ollama's completion of a prompt, as chat (https://docs.ollama.com/api/generate). */
import type { JsonObject } from '../../kernel/protocol.js'
import type { Variant } from './variant.js'

export const ollamaGenerate: Variant = {
  as: 'ollama-chat',
  operation: 'text_completion',
  request({ system, prompt, images, ...rest }) {
    return {
      ...rest,
      messages: [
        ...(system === undefined ? [] : [{ role: 'system', content: system }]),
        { role: 'user', content: prompt ?? '', ...(images !== undefined && { images }) },
      ],
    }
  },
  answer: asChat,
  event: asChat,
}

/** A whole answer or a piece of a stream. What reports an error stays as it is. */
function asChat(answer: JsonObject): JsonObject {
  if (answer['error'] !== undefined) return answer
  const { response, thinking, ...rest } = answer
  return {
    ...rest,
    message: { role: 'assistant', content: response ?? '', ...(thinking !== undefined && { thinking }) },
  }
}
