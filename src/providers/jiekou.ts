import { openaiCompatible } from './openai-compatible.js'

/** Jiekou.AI (https://docs.jiekou.ai/docs/support/quickstart). */
export const jiekou = openaiCompatible({
  id: 'jiekou',
  name: 'Jiekou.AI',
  baseURL: 'https://api.jiekou.ai/openai',
  env: ['JIEKOU_API_KEY'],
  quirks: {},
  docs: 'https://docs.jiekou.ai/docs/support/quickstart',
})
