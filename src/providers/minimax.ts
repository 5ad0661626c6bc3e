import { minimaxCodes } from './error-codes.js'
import { openaiCompatible } from './openai-compatible.js'

/** MiniMax (https://platform.minimax.io/docs/api-reference/text-openai-api). */
export const minimax = openaiCompatible({
  id: 'minimax',
  name: 'MiniMax',
  baseURL: 'https://api.minimax.io/v1',
  env: ['MINIMAX_API_KEY'],
  // https://platform.minimax.io/docs/api-reference/text-openai-api: `reasoning_details` have to return with a tool's result.
  quirks: { maxTokensField: 'max_completion_tokens', developerAsSystem: true, reasoningContent: true },
  errorCodes: minimaxCodes,
  docs: 'https://platform.minimax.io/docs/api-reference/text-openai-api',
})
