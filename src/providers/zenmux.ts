import { openaiCompatible } from './openai-compatible.js'

/** ZenMux (https://docs.zenmux.ai). */
export const zenmux = openaiCompatible({
  id: 'zenmux',
  name: 'ZenMux',
  baseURL: 'https://zenmux.ai/api/v1',
  env: ['ZENMUX_API_KEY'],
  quirks: {},
  docs: 'https://docs.zenmux.ai',
})
