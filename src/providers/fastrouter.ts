import { openaiCompatible } from './openai-compatible.js'

/** FastRouter (https://docs.fastrouter.ai). */
export const fastrouter = openaiCompatible({
  id: 'fastrouter',
  name: 'FastRouter',
  baseURL: 'https://go.fastrouter.ai/api/v1',
  env: ['FASTROUTER_API_KEY'],
  quirks: {},
  docs: 'https://docs.fastrouter.ai',
})
