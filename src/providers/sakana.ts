import { openaiCompatible } from './openai-compatible.js'

/** Sakana AI (https://console.sakana.ai/models). */
export const sakana = openaiCompatible({
  id: 'sakana',
  name: 'Sakana AI',
  baseURL: 'https://api.sakana.ai/v1',
  env: ['SAKANA_API_KEY'],
  quirks: {},
  docs: 'https://console.sakana.ai/models',
})
