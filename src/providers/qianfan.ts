import { openaiCompatible } from './openai-compatible.js'

/** Baidu Qianfan (https://cloud.baidu.com/doc/qianfan-api/s/3m7of64lb). */
export const qianfan = openaiCompatible({
  id: 'qianfan',
  name: 'Baidu Qianfan',
  embeddings: 16,
  baseURL: 'https://qianfan.baidubce.com/v2',
  env: ['QIANFAN_API_KEY'],
  docs: 'https://cloud.baidu.com/doc/qianfan-api/s/3m7of64lb',
})
