import { openaiCompatible } from './openai-compatible.js'

/** OrcaRouter (https://docs.orcarouter.ai). */
export const orcarouter = openaiCompatible({
  id: 'orcarouter',
  name: 'OrcaRouter',
  baseURL: 'https://api.orcarouter.ai/v1',
  env: ['ORCAROUTER_API_KEY'],
  quirks: {},
  docs: 'https://docs.orcarouter.ai',
})
