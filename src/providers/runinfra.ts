import { openaiCompatible } from './openai-compatible.js'

/** RunInfra (https://runinfra.ai/docs). */
export const runinfra = openaiCompatible({
  id: 'runinfra',
  name: 'RunInfra',
  baseURL: 'https://api.runinfra.ai/v1',
  env: ['RUNINFRA_GATEWAY_KEY', 'RUNINFRA_API_KEY'],
  docs: 'https://runinfra.ai/docs',
})
