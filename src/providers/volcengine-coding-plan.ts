import { openaiCompatible } from './openai-compatible.js'

/** Volcengine Ark Coding Plan (https://www.volcengine.com/docs/82379/1928261). */
export const volcengineCodingPlan = openaiCompatible({
  id: 'volcengine-coding-plan',
  name: 'Volcengine Ark Coding Plan',
  baseURL: 'https://ark.cn-beijing.volces.com/api/coding/v3',
  env: ['ARK_CODING_PLAN_API_KEY'],
  telemetryName: 'volcengine',
  docs: 'https://www.volcengine.com/docs/82379/1928261',
})
