import { openaiCompatible } from './openai-compatible.js'

/** Meta Llama API (https://llama.developer.meta.com/docs/features/compatibility). */
export const llama = openaiCompatible({
  id: 'llama',
  name: 'Meta Llama API',
  baseURL: 'https://api.llama.com/compat/v1',
  env: ['LLAMA_API_KEY'],
  docs: 'https://llama.developer.meta.com/docs/features/compatibility',
})
