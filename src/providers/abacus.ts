import { openaiCompatible } from './openai-compatible.js'

/** Abacus.AI RouteLLM (https://abacus.ai/help/api). */
export const abacus = openaiCompatible({
  id: 'abacus',
  name: 'Abacus.AI RouteLLM',
  baseURL: 'https://routellm.abacus.ai/v1',
  env: ['ABACUS_API_KEY'],
  quirks: {},
  docs: 'https://abacus.ai/help/api',
})
