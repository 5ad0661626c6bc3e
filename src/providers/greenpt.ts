import { openaiCompatible } from './openai-compatible.js'

export const greenpt = openaiCompatible({
  id: 'greenpt',
  name: 'GreenPT',
  baseURL: 'https://api.greenpt.ai/v1',
  env: ['GREENPT_API_KEY'],
  docs: 'https://docs.greenpt.ai',
})
