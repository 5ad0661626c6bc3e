import { openaiCompatible } from './openai-compatible.js'

/** DMXAPI (https://doc.dmxapi.cn). */
export const dmxapi = openaiCompatible({
  id: 'dmxapi',
  name: 'DMXAPI',
  embeddings: true,
  baseURL: 'https://www.dmxapi.cn/v1',
  env: ['DMXAPI_API_KEY'],
  quirks: {},
  docs: 'https://doc.dmxapi.cn',
})
