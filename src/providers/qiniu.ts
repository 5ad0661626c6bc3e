import { openaiCompatible } from './openai-compatible.js'

/** Qiniu AI (https://developer.qiniu.com/aitokenapi). */
export const qiniu = openaiCompatible({
  id: 'qiniu',
  name: 'Qiniu AI',
  baseURL: 'https://api.qnaigc.com/v1',
  env: ['QINIU_API_KEY'],
  quirks: {},
  docs: 'https://developer.qiniu.com/aitokenapi',
})
