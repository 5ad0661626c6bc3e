import { zhipuCodes } from './error-codes.js'
import { openaiCompatible } from './openai-compatible.js'

/** Z.AI (https://docs.z.ai/api-reference/llm/chat-completion). */
export const zai = openaiCompatible({
  id: 'zai',
  name: 'Z.AI',
  baseURL: 'https://api.z.ai/api/paas/v4',
  env: ['ZAI_API_KEY', 'ZHIPU_API_KEY'],
  quirks: { maxTokensField: 'max_tokens', developerAsSystem: true, reasoningContent: true },
  errorCodes: zhipuCodes,
  docs: 'https://docs.z.ai/api-reference/llm/chat-completion',
})
