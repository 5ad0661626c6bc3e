import { openaiCompatible } from './openai-compatible.js'

/** SCNet (https://www.scnet.cn/ac/openapi/doc/2.0/moduleapi/plans/token-plan.html). */
export const scnet = openaiCompatible({
  id: 'scnet',
  name: 'SCNet',
  baseURL: 'https://api.scnet.cn/api/llm/v1',
  env: ['SCNET_API_KEY'],
  docs: 'https://www.scnet.cn/ac/openapi/doc/2.0/moduleapi/plans/token-plan.html',
})
