import { zhipuCodes } from './error-codes.js'
import { openaiCompatible } from './openai-compatible.js'
import { ZHIPU_QUIRKS } from './zai.js'

/** Zhipu AI Coding Plan (https://docs.bigmodel.cn/cn/coding-plan/overview). */
export const zhipuaiCodingPlan = openaiCompatible({
  id: 'zhipuai-coding-plan',
  name: 'Zhipu AI Coding Plan',
  baseURL: 'https://open.bigmodel.cn/api/coding/paas/v4',
  env: ['ZHIPU_API_KEY', 'ZHIPUAI_API_KEY'],
  telemetryName: 'zhipuai',
  quirks: ZHIPU_QUIRKS,
  errorCodes: zhipuCodes,
  docs: 'https://docs.bigmodel.cn/cn/coding-plan/overview',
})
