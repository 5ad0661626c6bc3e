import { openaiCompatible } from './openai-compatible.js'

/** Merge Gateway (https://docs.merge.dev/merge-gateway). */
export const merge = openaiCompatible({
  id: 'merge',
  name: 'Merge Gateway',
  baseURL: 'https://api-gateway.merge.dev/v1/openai',
  env: ['MERGE_GATEWAY_API_KEY'],
  quirks: {},
  docs: 'https://docs.merge.dev/merge-gateway',
})
