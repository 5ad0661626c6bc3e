import { openaiCompatible } from './openai-compatible.js'

/** v0 (https://v0.app/docs/api/model). */
export const v0 = openaiCompatible({
  id: 'v0',
  name: 'v0',
  baseURL: 'https://api.v0.dev/v1',
  env: ['V0_API_KEY'],
  docs: 'https://v0.app/docs/api/model',
})
