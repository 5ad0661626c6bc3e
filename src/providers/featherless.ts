import { openaiCompatible } from './openai-compatible.js'

/** Featherless AI (https://featherless.ai/docs/quickstart-guide). */
export const featherless = openaiCompatible({
  id: 'featherless',
  name: 'Featherless AI',
  baseURL: 'https://api.featherless.ai/v1',
  env: ['FEATHERLESS_API_KEY', 'FEATHERLESS_AI_API_KEY'],
  docs: 'https://featherless.ai/docs/quickstart-guide',
})
