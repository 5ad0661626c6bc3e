import { openaiCompatible } from './openai-compatible.js'

/** Poe (https://creator.poe.com/docs/external-applications/openai-compatible-api). */
export const poe = openaiCompatible({
  id: 'poe',
  name: 'Poe',
  baseURL: 'https://api.poe.com/v1',
  env: ['POE_API_KEY'],
  quirks: {},
  docs: 'https://creator.poe.com/docs/external-applications/openai-compatible-api',
})
