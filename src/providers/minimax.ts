import { openaiCompatible } from './openai-compatible.js'

export const minimax = openaiCompatible({
  id: 'minimax',
  name: 'MiniMax',
  baseURL: 'https://api.minimax.io/v1',
  env: ['MINIMAX_API_KEY'],
  docs: 'https://platform.minimax.io/docs/api-reference/text-openai-api',
})
