import { openaiCompatible } from './openai-compatible.js'

/** Alibaba Coding Plan (https://www.alibabacloud.com/help/en/model-studio/coding-plan). */
export const alibabaCodingPlan = openaiCompatible({
  id: 'alibaba-coding-plan',
  name: 'Alibaba Coding Plan',
  baseURL: 'https://coding-intl.dashscope.aliyuncs.com/v1',
  env: ['ALIBABA_CODING_PLAN_API_KEY'],
  telemetryName: 'alibaba',
  docs: 'https://www.alibabacloud.com/help/en/model-studio/coding-plan',
})
