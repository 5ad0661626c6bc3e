import { openaiCompatible } from './openai-compatible.js'

/** AkashML (https://akashml.com). */
export const akash = openaiCompatible({
  id: 'akash',
  name: 'AkashML',
  baseURL: 'https://api.akashml.com/v1',
  env: ['AKASHML_API_KEY'],
  docs: 'https://akashml.com',
})
