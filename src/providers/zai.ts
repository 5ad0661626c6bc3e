import type { Quirks } from '../kernel/protocol.js'
import { zhipuCodes } from './error-codes.js'
import { openaiCompatible } from './openai-compatible.js'

/** Of Z.AI and Zhipu AI, and of their plans. */
export const ZHIPU_QUIRKS: Quirks = { maxTokensField: 'max_tokens', developerAsSystem: true, reasoningContent: true }

/** Z.AI (https://docs.z.ai/api-reference/llm/chat-completion). */
export const zai = openaiCompatible({
  id: 'zai',
  name: 'Z.AI',
  baseURL: 'https://api.z.ai/api/paas/v4',
  env: ['ZAI_API_KEY', 'ZHIPU_API_KEY'],
  quirks: ZHIPU_QUIRKS,
  errorCodes: zhipuCodes,
  docs: 'https://docs.z.ai/api-reference/llm/chat-completion',
})
