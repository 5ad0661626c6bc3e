import { openaiCompatible } from './openai-compatible.js'

/** Maritaca AI (https://docs.maritaca.ai). */
export const maritaca = openaiCompatible({
  id: 'maritaca',
  name: 'Maritaca AI',
  baseURL: 'https://chat.maritaca.ai/api',
  env: ['MARITACA_API_KEY', 'MARITALK_API_KEY'],
  docs: 'https://docs.maritaca.ai',
})
