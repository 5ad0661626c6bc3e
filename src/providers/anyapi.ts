import { openaiCompatible } from './openai-compatible.js'

/** AnyAPI (https://docs.anyapi.ai). */
export const anyapi = openaiCompatible({
  id: 'anyapi',
  name: 'AnyAPI',
  baseURL: 'https://api.anyapi.ai/v1',
  env: ['ANYAPI_API_KEY'],
  quirks: {},
  docs: 'https://docs.anyapi.ai',
})
