import { zhipuCodes } from './error-codes.js'
import { openaiCompatible } from './openai-compatible.js'
import { ZHIPU_QUIRKS } from './zai.js'

/** Z.AI Coding Plan (https://docs.z.ai/devpack/overview). */
export const zaiCodingPlan = openaiCompatible({
  id: 'zai-coding-plan',
  name: 'Z.AI Coding Plan',
  baseURL: 'https://api.z.ai/api/coding/paas/v4',
  env: ['ZAI_API_KEY', 'ZHIPU_API_KEY'],
  telemetryName: 'zai',
  quirks: ZHIPU_QUIRKS,
  errorCodes: zhipuCodes,
  docs: 'https://docs.z.ai/devpack/overview',
})
