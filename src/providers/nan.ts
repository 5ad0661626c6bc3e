import { openaiCompatible } from './openai-compatible.js'

/** NaN (https://nan.builders/docs/models). */
export const nan = openaiCompatible({
  id: 'nan',
  name: 'NaN',
  embeddings: true,
  baseURL: 'https://api.nan.builders/v1',
  env: ['NAN_API_KEY'],
  docs: 'https://nan.builders/docs/models',
})
