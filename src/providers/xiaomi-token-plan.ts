import { openaiCompatible } from './openai-compatible.js'
import { XIAOMI_QUIRKS } from './xiaomi.js'

/** Xiaomi MiMo Token Plan (https://platform.xiaomimimo.com/#/docs). */
export const xiaomiTokenPlan = openaiCompatible({
  id: 'xiaomi-token-plan',
  name: 'Xiaomi MiMo Token Plan',
  baseURL: 'https://token-plan-{region}.xiaomimimo.com/v1',
  variables: { region: { env: [], default: 'cn' } },
  // The regions are cn, sgp and ams.
  env: ['XIAOMI_API_KEY'],
  telemetryName: 'xiaomi',
  hosts: ['token-plan-*.xiaomimimo.com'],
  quirks: XIAOMI_QUIRKS,
  docs: 'https://platform.xiaomimimo.com/#/docs',
})
