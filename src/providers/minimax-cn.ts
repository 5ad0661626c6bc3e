import { minimaxCodes } from './error-codes.js'
import { MINIMAX_QUIRKS } from './minimax.js'
import { openaiCompatible } from './openai-compatible.js'

/** MiniMax (China) (https://platform.minimaxi.com/docs/guides/quickstart). */
export const minimaxCn = openaiCompatible({
  id: 'minimax-cn',
  name: 'MiniMax (China)',
  baseURL: 'https://api.minimaxi.com/v1',
  env: ['MINIMAX_API_KEY'],
  telemetryName: 'minimax',
  hosts: ['api.minimaxi.com', 'api.minimax.cn'],
  quirks: MINIMAX_QUIRKS,
  errorCodes: minimaxCodes,
  docs: 'https://platform.minimaxi.com/docs/guides/quickstart',
})
