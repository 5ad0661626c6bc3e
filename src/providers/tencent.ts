import { openaiCompatible } from './openai-compatible.js'

export const tencent = openaiCompatible({
  id: 'tencent',
  name: 'Tencent Cloud LKEAP',
  baseURL: 'https://api.lkeap.cloud.tencent.com/v1',
  env: ['TENCENT_CLOUD_API_KEY'],
  docs: 'https://cloud.tencent.com/document/product/1772/115969',
})
