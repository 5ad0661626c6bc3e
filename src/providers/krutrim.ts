import { openaiCompatible } from './openai-compatible.js'

/** Krutrim (https://cloud.olakrutrim.com). */
export const krutrim = openaiCompatible({
  id: 'krutrim',
  name: 'Krutrim',
  baseURL: 'https://cloud.olakrutrim.com/v1',
  env: ['KRUTRIM_API_KEY'],
  docs: 'https://cloud.olakrutrim.com',
})
