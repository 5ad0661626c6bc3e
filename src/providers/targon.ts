import { openaiCompatible } from './openai-compatible.js'

/** Targon (https://docs.targon.com). */
export const targon = openaiCompatible({
  id: 'targon',
  name: 'Targon',
  baseURL: 'https://api.targon.com/v1',
  env: ['TARGON_API_KEY'],
  docs: 'https://docs.targon.com',
})
