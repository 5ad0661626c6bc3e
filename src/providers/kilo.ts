import { openaiCompatible } from './openai-compatible.js'

/** Kilo Gateway (https://kilo.ai/docs/gateway). */
export const kilo = openaiCompatible({
  id: 'kilo',
  name: 'Kilo Gateway',
  baseURL: 'https://api.kilo.ai/api/gateway',
  env: ['KILO_API_KEY'],
  quirks: {},
  docs: 'https://kilo.ai/docs/gateway',
})
