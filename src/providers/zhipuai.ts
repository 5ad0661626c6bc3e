import { openaiCompatible } from './openai-compatible.js'

export const zhipuai = openaiCompatible({
  id: 'zhipuai',
  name: 'Zhipu AI',
  embeddings: true,
  baseURL: 'https://open.bigmodel.cn/api/paas/v4',
  env: ['ZHIPU_API_KEY', 'ZHIPUAI_API_KEY'],
  quirks: { maxTokensField: 'max_tokens', developerAsSystem: true, reasoningContent: true },
  docs: 'https://docs.bigmodel.cn/api-reference',
})
