import { openaiCompatible } from './openai-compatible.js'

/** LongCat (https://longcat.chat/platform/docs/). */
export const longcat = openaiCompatible({
  id: 'longcat',
  name: 'LongCat',
  baseURL: 'https://api.longcat.chat/openai/v1',
  env: ['LONGCAT_API_KEY'],
  docs: 'https://longcat.chat/platform/docs/',
})
