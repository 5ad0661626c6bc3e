import { openaiCompatible } from './openai-compatible.js'

/** Agnes AI (https://agnes-ai.com/doc). */
export const agnes = openaiCompatible({
  id: 'agnes',
  name: 'Agnes AI',
  baseURL: 'https://apihub.agnes-ai.com/v1',
  env: ['AGNES_API_KEY'],
  docs: 'https://agnes-ai.com/doc',
})
