import { openaiCompatible } from './openai-compatible.js'

/** UnoRouter (https://unorouter.com/models). */
export const unorouter = openaiCompatible({
  id: 'unorouter',
  name: 'UnoRouter',
  baseURL: 'https://api.unorouter.com/v1',
  env: ['UNOROUTER_API_KEY'],
  quirks: {},
  docs: 'https://unorouter.com/models',
})
