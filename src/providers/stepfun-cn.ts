import { openaiCompatible } from './openai-compatible.js'

/** StepFun (China) (https://platform.stepfun.com/docs/zh/overview/concept). */
export const stepfunCn = openaiCompatible({
  id: 'stepfun-cn',
  name: 'StepFun (China)',
  baseURL: 'https://api.stepfun.com/v1',
  env: ['STEPFUN_API_KEY'],
  telemetryName: 'stepfun',
  docs: 'https://platform.stepfun.com/docs/zh/overview/concept',
})
