import { openaiCompatible } from './openai-compatible.js'

/** Subconscious (https://docs.subconscious.dev). */
export const subconscious = openaiCompatible({
  id: 'subconscious',
  name: 'Subconscious',
  baseURL: 'https://api.subconscious.dev/v1',
  env: ['SUBCONSCIOUS_API_KEY'],
  docs: 'https://docs.subconscious.dev',
})
