import { openaiCompatible } from './openai-compatible.js'

/** above.dev (https://above.dev/docs). */
export const above = openaiCompatible({
  id: 'above',
  name: 'above.dev',
  baseURL: 'https://api.above.dev/v1',
  env: ['ABOVE_API_KEY'],
  docs: 'https://above.dev/docs',
})
