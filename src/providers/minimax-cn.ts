import { openaiCompatible } from './openai-compatible.js'

export const minimaxCn = openaiCompatible({
  id: 'minimax-cn',
  name: 'MiniMax (China)',
  baseURL: 'https://api.minimaxi.com/v1',
  env: ['MINIMAX_API_KEY'],
  telemetryName: 'minimax',
  hosts: ['api.minimaxi.com', 'api.minimax.cn'],
  docs: 'https://platform.minimaxi.com/docs/guides/quickstart',
})
