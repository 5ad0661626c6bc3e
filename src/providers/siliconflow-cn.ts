import { openaiCompatible } from './openai-compatible.js'

/** SiliconFlow (China) (https://docs.siliconflow.cn/cn/userguide/quickstart). */
export const siliconflowCn = openaiCompatible({
  id: 'siliconflow-cn',
  name: 'SiliconFlow (China)',
  // https://docs.siliconflow.cn/en/api-reference/rerank/create-rerank
  protocols: ['openai-chat', 'openai-embeddings', 'jina-rerank'],
  baseURL: 'https://api.siliconflow.cn/v1',
  env: ['SILICONFLOW_CN_API_KEY', 'SILICONFLOW_API_KEY'],
  telemetryName: 'siliconflow',
  docs: 'https://docs.siliconflow.cn/cn/userguide/quickstart',
})
