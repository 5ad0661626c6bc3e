import { openaiCompatible } from './openai-compatible.js'

/** Tencent Hunyuan (https://cloud.tencent.com/document/product/1729/111007). */
export const hunyuan = openaiCompatible({
  id: 'hunyuan',
  name: 'Tencent Hunyuan',
  embeddings: true,
  baseURL: 'https://api.hunyuan.cloud.tencent.com/v1',
  env: ['HUNYUAN_API_KEY'],
  docs: 'https://cloud.tencent.com/document/product/1729/111007',
})
