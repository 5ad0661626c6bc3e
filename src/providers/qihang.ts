import { openaiCompatible } from './openai-compatible.js'

/** QiHang (https://www.qhaigc.net/docs). */
export const qihang = openaiCompatible({
  id: 'qihang',
  name: 'QiHang',
  baseURL: 'https://api.qhaigc.net/v1',
  env: ['QIHANG_API_KEY'],
  quirks: {},
  docs: 'https://www.qhaigc.net/docs',
})
