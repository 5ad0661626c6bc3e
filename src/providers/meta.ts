import { openaiCompatible } from './openai-compatible.js'

/** Meta AI (https://dev.meta.ai/docs/protocols/chat-completions). */
export const meta = openaiCompatible({
  id: 'meta',
  name: 'Meta AI',
  protocols: ['openai-chat', 'openai-responses'],
  baseURL: 'https://api.meta.ai/v1',
  env: ['META_MODEL_API_KEY'],
  quirks: {},
  docs: 'https://dev.meta.ai/docs/protocols/chat-completions',
})
