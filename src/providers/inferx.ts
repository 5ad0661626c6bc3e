import { openaiCompatible } from './openai-compatible.js'

/** InferX (https://model.inferx.net/endpoints). */
export const inferx = openaiCompatible({
  id: 'inferx',
  name: 'InferX',
  baseURL: 'https://model.inferx.net/endpoints/v1',
  env: ['INFERX_API_KEY'],
  docs: 'https://model.inferx.net/endpoints',
})
