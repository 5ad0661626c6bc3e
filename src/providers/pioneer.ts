import { openaiCompatible } from './openai-compatible.js'

/** Pioneer (https://agent.pioneer.ai/llms.txt). */
export const pioneer = openaiCompatible({
  id: 'pioneer',
  name: 'Pioneer',
  baseURL: 'https://api.pioneer.ai/v1',
  env: ['PIONEER_API_KEY'],
  docs: 'https://agent.pioneer.ai/llms.txt',
})
