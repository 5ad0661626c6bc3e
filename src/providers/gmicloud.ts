import { openaiCompatible } from './openai-compatible.js'

/** GMI Cloud (https://docs.gmicloud.ai/inference-engine/api-reference/llm-api-reference). */
export const gmicloud = openaiCompatible({
  id: 'gmicloud',
  name: 'GMI Cloud',
  baseURL: 'https://api.gmi-serving.com/v1',
  env: ['GMICLOUD_API_KEY', 'GMI_API_KEY'],
  docs: 'https://docs.gmicloud.ai/inference-engine/api-reference/llm-api-reference',
})
