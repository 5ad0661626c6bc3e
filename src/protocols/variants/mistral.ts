/** Operations of Mistral's own (https://docs.mistral.ai/api). */
import { asNumber, isObject } from '../../kernel/json.js'
import type { Variant } from './variant.js'

/** Code between a prompt and a suffix. Its answers are those of chat. */
export const mistralFim: Variant = {
  as: 'openai-chat',
  operation: 'text_completion',
  request: (body) => ({ ...body, messages: [{ role: 'user', content: body['prompt'] }] }),
}

/** Text of documents. It is billed by pages, and has no tokens. */
export const mistralOcr: Variant = {
  as: 'json',
  operation: 'generate_content',
  outputType: 'text',
  fields: { usage_info: { pages_processed: true } },
  // Its `usage_info` is no usage of tokens.
  attributes({ usage_info: usage }) {
    const pages = isObject(usage) ? asNumber(usage['pages_processed']) : undefined
    return pages === undefined ? {} : { 'mistral_ai.ocr.pages': pages }
  },
}
