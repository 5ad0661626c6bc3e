import { openaiCompatible } from './openai-compatible.js'

/** ASI:Cloud (https://asicloud.cudos.org). */
export const asiCloud = openaiCompatible({
  id: 'asi-cloud',
  name: 'ASI:Cloud',
  baseURL: 'https://inference.asicloud.cudos.org/v1',
  env: ['ASI_CLOUD_API_KEY'],
  docs: 'https://asicloud.cudos.org',
})
