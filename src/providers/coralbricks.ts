import { openaiCompatible } from './openai-compatible.js'

/** CoralBricks (https://www.coralbricks.ai/docs). */
export const coralbricks = openaiCompatible({
  id: 'coralbricks',
  name: 'CoralBricks',
  baseURL: 'https://inference.coralbricks.ai/v1',
  env: ['CORAL_API_KEY'],
  docs: 'https://www.coralbricks.ai/docs',
})
