import { openaiCompatible } from './openai-compatible.js'

/** OpenCode Zen (https://opencode.ai/docs/zen). */
export const opencode = openaiCompatible({
  id: 'opencode',
  name: 'OpenCode Zen',
  baseURL: 'https://opencode.ai/zen/v1',
  env: ['OPENCODE_API_KEY'],
  quirks: {},
  docs: 'https://opencode.ai/docs/zen',
})
