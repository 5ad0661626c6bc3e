import { openaiCompatible } from './openai-compatible.js'

/** Tinfoil (https://docs.tinfoil.sh). */
export const tinfoil = openaiCompatible({
  id: 'tinfoil',
  name: 'Tinfoil',
  embeddings: true,
  baseURL: 'https://inference.tinfoil.sh/v1',
  env: ['TINFOIL_API_KEY'],
  docs: 'https://docs.tinfoil.sh',
})
