import { openaiCompatible } from './openai-compatible.js'

/** CloudRift (https://docs.litellm.ai/docs/providers/cloudrift). */
export const cloudrift = openaiCompatible({
  id: 'cloudrift',
  name: 'CloudRift',
  baseURL: 'https://inference.cloudrift.ai/v1',
  env: ['CLOUDRIFT_API_KEY'],
  docs: 'https://docs.litellm.ai/docs/providers/cloudrift',
})
