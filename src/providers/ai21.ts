import { openaiCompatible } from './openai-compatible.js'

/** AI21 Labs (https://docs.ai21.com/docs/jamba-foundation-models). */
export const ai21 = openaiCompatible({
  id: 'ai21',
  name: 'AI21 Labs',
  baseURL: 'https://api.ai21.com/studio/v1',
  env: ['AI21_API_KEY'],
  docs: 'https://docs.ai21.com/docs/jamba-foundation-models',
})
