import { openaiCompatible } from './openai-compatible.js'

/** TrustedRouter (https://trustedrouter.com/docs). */
export const trustedrouter = openaiCompatible({
  id: 'trustedrouter',
  name: 'TrustedRouter',
  baseURL: 'https://api.trustedrouter.com/v1',
  env: ['TRUSTEDROUTER_API_KEY'],
  quirks: {},
  docs: 'https://trustedrouter.com/docs',
})
