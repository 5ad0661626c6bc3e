import { openaiCompatible } from './openai-compatible.js'

/** SiliconFlow (https://docs.siliconflow.com/en/userguide/quickstart). */
export const siliconflow = openaiCompatible({
  id: 'siliconflow',
  name: 'SiliconFlow',
  // https://docs.siliconflow.com/en/api-reference/rerank/create-rerank
  protocols: ['openai-chat', 'openai-embeddings', 'jina-rerank'],
  baseURL: 'https://api.siliconflow.com/v1',
  env: ['SILICONFLOW_API_KEY'],
  docs: 'https://docs.siliconflow.com/en/userguide/quickstart',
})
