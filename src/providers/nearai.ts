import { openaiCompatible } from './openai-compatible.js'

/** NEAR AI Cloud (https://docs.near.ai). */
export const nearai = openaiCompatible({
  id: 'nearai',
  name: 'NEAR AI Cloud',
  baseURL: 'https://cloud-api.near.ai/v1',
  env: ['NEARAI_API_KEY'],
  docs: 'https://docs.near.ai',
})
