import { openaiCompatible } from './openai-compatible.js'

/** GreenPT (https://docs.greenpt.ai). */
export const greenpt = openaiCompatible({
  id: 'greenpt',
  name: 'GreenPT',
  baseURL: 'https://api.greenpt.ai/v1',
  env: ['GREENPT_API_KEY'],
  docs: 'https://docs.greenpt.ai',
})
