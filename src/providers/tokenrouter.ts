import { openaiCompatible } from './openai-compatible.js'

/** TokenRouter (https://www.tokenrouter.com/docs/tokenrouter-feature-guide/). */
export const tokenrouter = openaiCompatible({
  id: 'tokenrouter',
  name: 'TokenRouter',
  baseURL: 'https://api.tokenrouter.com/v1',
  env: ['TOKENROUTER_API_KEY'],
  quirks: {},
  docs: 'https://www.tokenrouter.com/docs/tokenrouter-feature-guide/',
})
