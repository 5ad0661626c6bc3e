import { openaiCompatible } from './openai-compatible.js'

/** StepFun Step Plan (https://platform.stepfun.ai/docs/en/step-plan/integrations/reasoning-api). */
export const stepfunStepPlan = openaiCompatible({
  id: 'stepfun-step-plan',
  name: 'StepFun Step Plan',
  baseURL: 'https://api.stepfun.ai/step_plan/v1',
  env: ['STEPFUN_API_KEY'],
  telemetryName: 'stepfun',
  docs: 'https://platform.stepfun.ai/docs/en/step-plan/integrations/reasoning-api',
})
