import { openaiCompatible } from './openai-compatible.js'

/** TokenGo (https://www.tokengo.com/docs). */
export const tokengo = openaiCompatible({
  id: 'tokengo',
  name: 'TokenGo',
  baseURL: 'https://api.tokengo.com/v1',
  env: ['TOKENGO_API_KEY'],
  quirks: {},
  docs: 'https://www.tokengo.com/docs',
})
