import { openaiCompatible } from './openai-compatible.js'

/** Nous Research (https://portal.nousresearch.com). */
export const nous = openaiCompatible({
  id: 'nous',
  name: 'Nous Research',
  baseURL: 'https://inference-api.nousresearch.com/v1',
  env: ['NOUS_API_KEY'],
  docs: 'https://portal.nousresearch.com',
})
