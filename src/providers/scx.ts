import { openaiCompatible } from './openai-compatible.js'

/** SCX.ai (https://platform.scx.ai/docs). */
export const scx = openaiCompatible({
  id: 'scx',
  name: 'SCX.ai',
  baseURL: 'https://api.scx.ai/v1',
  env: ['SCX_API_KEY'],
  docs: 'https://platform.scx.ai/docs',
})
