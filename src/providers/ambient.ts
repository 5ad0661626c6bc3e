import { openaiCompatible } from './openai-compatible.js'

/** Ambient (https://ambient.xyz). */
export const ambient = openaiCompatible({
  id: 'ambient',
  name: 'Ambient',
  baseURL: 'https://api.ambient.xyz/v1',
  env: ['AMBIENT_API_KEY'],
  docs: 'https://ambient.xyz',
})
