import { openaiCompatible } from './openai-compatible.js'

/** Tencent Coding Plan (https://cloud.tencent.com/document/product/1772/128947). */
export const tencentCodingPlan = openaiCompatible({
  id: 'tencent-coding-plan',
  name: 'Tencent Coding Plan',
  baseURL: 'https://api.lkeap.cloud.tencent.com/coding/v3',
  env: ['TENCENT_CODING_PLAN_API_KEY'],
  telemetryName: 'tencent',
  docs: 'https://cloud.tencent.com/document/product/1772/128947',
})
