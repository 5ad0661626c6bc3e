import { openaiCompatible } from './openai-compatible.js'

/** CometAPI (https://docs.litellm.ai/docs/providers/cometapi). */
export const cometapi = openaiCompatible({
  id: 'cometapi',
  name: 'CometAPI',
  baseURL: 'https://api.cometapi.com/v1',
  env: ['COMETAPI_KEY', 'COMETAPI_API_KEY'],
  quirks: {},
  docs: 'https://docs.litellm.ai/docs/providers/cometapi',
})
