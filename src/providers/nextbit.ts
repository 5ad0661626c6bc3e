import { openaiCompatible } from './openai-compatible.js'

/** NextBit (https://www.nextbit256.com). */
export const nextbit = openaiCompatible({
  id: 'nextbit',
  name: 'NextBit',
  baseURL: 'https://api.nextbit256.com/v1',
  env: ['NEXTBIT_API_KEY'],
  docs: 'https://www.nextbit256.com',
})
