import { openaiCompatible } from './openai-compatible.js'

/** Tencent Cloud LKEAP (https://cloud.tencent.com/document/product/1772/115969). */
export const tencent = openaiCompatible({
  id: 'tencent',
  name: 'Tencent Cloud LKEAP',
  baseURL: 'https://api.lkeap.cloud.tencent.com/v1',
  env: ['TENCENT_CLOUD_API_KEY'],
  docs: 'https://cloud.tencent.com/document/product/1772/115969',
})
