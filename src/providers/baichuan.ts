import { openaiCompatible } from './openai-compatible.js'

/** Baichuan AI (https://platform.baichuan-ai.com/docs/api). */
export const baichuan = openaiCompatible({
  id: 'baichuan',
  name: 'Baichuan AI',
  embeddings: true,
  baseURL: 'https://api.baichuan-ai.com/v1',
  env: ['BAICHUAN_API_KEY'],
  docs: 'https://platform.baichuan-ai.com/docs/api',
})
