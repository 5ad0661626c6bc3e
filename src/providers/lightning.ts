import { openaiCompatible } from './openai-compatible.js'

export const lightning = openaiCompatible({
  id: 'lightning',
  name: 'Lightning AI',
  baseURL: 'https://lightning.ai/api/v1',
  env: ['LIGHTNING_API_KEY'],
  quirks: {},
  docs: 'https://lightning.ai/models',
})
