import { openaiCompatible } from './openai-compatible.js'

/** NanoGPT (https://docs.nano-gpt.com). */
export const nanoGpt = openaiCompatible({
  id: 'nano-gpt',
  name: 'NanoGPT',
  embeddings: true,
  baseURL: 'https://nano-gpt.com/api/v1',
  env: ['NANO_GPT_API_KEY', 'NANOGPT_API_KEY'],
  quirks: {},
  docs: 'https://docs.nano-gpt.com',
})
