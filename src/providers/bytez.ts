import { openaiCompatible } from './openai-compatible.js'

/** Bytez (https://docs.bytez.com). */
export const bytez = openaiCompatible({
  id: 'bytez',
  name: 'Bytez',
  baseURL: 'https://api.bytez.com/models/v2/openai/v1',
  env: ['BYTEZ_API_KEY'],
  docs: 'https://docs.bytez.com',
})
