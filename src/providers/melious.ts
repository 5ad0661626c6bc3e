import { openaiCompatible } from './openai-compatible.js'

/** Melious (https://melious.ai/docs/reference/models). */
export const melious = openaiCompatible({
  id: 'melious',
  name: 'Melious',
  baseURL: 'https://api.melious.ai/v1',
  env: ['MELIOUS_API_KEY'],
  docs: 'https://melious.ai/docs/reference/models',
})
