import { openaiCompatible } from './openai-compatible.js'

/** OpenCode Go (https://opencode.ai/docs/go). */
export const opencodeGo = openaiCompatible({
  id: 'opencode-go',
  name: 'OpenCode Go',
  baseURL: 'https://opencode.ai/zen/go/v1',
  env: ['OPENCODE_API_KEY'],
  quirks: {},
  telemetryName: 'opencode',
  docs: 'https://opencode.ai/docs/go',
})
