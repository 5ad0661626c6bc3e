import { openaiCompatible } from './openai-compatible.js'

/** Apertis (https://docs.litellm.ai/docs/providers/apertis). */
export const apertis = openaiCompatible({
  id: 'apertis',
  name: 'Apertis',
  baseURL: 'https://api.apertis.ai/v1',
  env: ['APERTIS_API_KEY', 'STIMA_API_KEY'],
  quirks: {},
  hosts: ['api.apertis.ai', 'api.stima.tech'],
  docs: 'https://docs.litellm.ai/docs/providers/apertis',
})
