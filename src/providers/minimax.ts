import type { Quirks } from '../kernel/protocol.js'
import { minimaxCodes } from './error-codes.js'
import { openaiCompatible } from './openai-compatible.js'

/** Of both of its regions. `reasoning_details` have to return with a tool's result. */
export const MINIMAX_QUIRKS: Quirks = {
  maxTokensField: 'max_completion_tokens',
  developerAsSystem: true,
  reasoningContent: true,
  // "invalid chat setting (2013)" for two: https://github.com/MiniMax-AI/MiniMax-M2/issues/51
  history: { oneInstruction: true },
}

/** MiniMax (https://platform.minimax.io/docs/api-reference/text-openai-api). */
export const minimax = openaiCompatible({
  id: 'minimax',
  name: 'MiniMax',
  baseURL: 'https://api.minimax.io/v1',
  env: ['MINIMAX_API_KEY'],
  quirks: MINIMAX_QUIRKS,
  errorCodes: minimaxCodes,
  docs: 'https://platform.minimax.io/docs/api-reference/text-openai-api',
})
