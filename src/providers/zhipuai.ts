import { zhipuCodes } from './error-codes.js'
import { openaiCompatible } from './openai-compatible.js'
import { ZHIPU_QUIRKS } from './zai.js'

/** Zhipu AI (https://docs.bigmodel.cn/api-reference). */
export const zhipuai = openaiCompatible({
  id: 'zhipuai',
  name: 'Zhipu AI',
  // https://docs.bigmodel.cn/cn/guide/models/embedding/rerank
  protocols: ['openai-chat', 'openai-embeddings', 'jina-rerank'],
  baseURL: 'https://open.bigmodel.cn/api/paas/v4',
  env: ['ZHIPU_API_KEY', 'ZHIPUAI_API_KEY'],
  quirks: {
    ...ZHIPU_QUIRKS,
    maxInputs: { 'openai-embeddings': 64 },
  },
  errorCodes: zhipuCodes,
  docs: 'https://docs.bigmodel.cn/api-reference',
})
