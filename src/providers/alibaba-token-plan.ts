import { openaiCompatible } from './openai-compatible.js'

/** Alibaba Token Plan (https://www.alibabacloud.com/help/en/model-studio/token-plan-overview). */
export const alibabaTokenPlan = openaiCompatible({
  id: 'alibaba-token-plan',
  name: 'Alibaba Token Plan',
  baseURL: 'https://token-plan.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1',
  env: ['ALIBABA_TOKEN_PLAN_API_KEY'],
  telemetryName: 'alibaba',
  hosts: ['token-plan.*.maas.aliyuncs.com'],
  docs: 'https://www.alibabacloud.com/help/en/model-studio/token-plan-overview',
})
