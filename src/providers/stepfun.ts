import { openaiCompatible } from './openai-compatible.js'

/** StepFun (https://platform.stepfun.ai/docs/en/overview/concept). */
export const stepfun = openaiCompatible({
  id: 'stepfun',
  name: 'StepFun',
  baseURL: 'https://api.stepfun.ai/v1',
  env: ['STEPFUN_API_KEY'],
  docs: 'https://platform.stepfun.ai/docs/en/overview/concept',
})
