import { minimaxCodes } from './error-codes.js'
import { openaiCompatible } from './openai-compatible.js'

/** MiniMax (China) (https://platform.minimaxi.com/docs/guides/quickstart). */
export const minimaxCn = openaiCompatible({
  id: 'minimax-cn',
  name: 'MiniMax (China)',
  baseURL: 'https://api.minimaxi.com/v1',
  env: ['MINIMAX_API_KEY'],
  telemetryName: 'minimax',
  hosts: ['api.minimaxi.com', 'api.minimax.cn'],
  // `reasoning_details` have to return with a tool's result.
  quirks: { maxTokensField: 'max_completion_tokens', developerAsSystem: true, reasoningContent: true },
  errorCodes: minimaxCodes,
  docs: 'https://platform.minimaxi.com/docs/guides/quickstart',
})
