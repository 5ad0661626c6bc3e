import { openaiCompatible } from './openai-compatible.js'

/** ai& (https://docs.aiand.com). */
export const aiand = openaiCompatible({
  id: 'aiand',
  name: 'ai&',
  baseURL: 'https://api.aiand.com/v1',
  env: ['AIAND_API_KEY'],
  docs: 'https://docs.aiand.com',
})
