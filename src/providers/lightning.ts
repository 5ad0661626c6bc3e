import { openaiCompatible } from './openai-compatible.js'

/** Lightning AI (https://lightning.ai/models). */
export const lightning = openaiCompatible({
  id: 'lightning',
  name: 'Lightning AI',
  baseURL: 'https://lightning.ai/api/v1',
  env: ['LIGHTNING_API_KEY'],
  quirks: {},
  docs: 'https://lightning.ai/models',
})
