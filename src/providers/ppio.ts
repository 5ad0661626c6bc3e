import { openaiCompatible } from './openai-compatible.js'

/** PPIO (https://ppio.com/docs). */
export const ppio = openaiCompatible({
  id: 'ppio',
  name: 'PPIO',
  embeddings: true,
  baseURL: 'https://api.ppio.com/openai/v1',
  env: ['PPIO_API_KEY'],
  hosts: ['api.ppio.com', 'api.ppinfra.com'],
  docs: 'https://ppio.com/docs',
})
