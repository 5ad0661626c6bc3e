import { openaiCompatible } from './openai-compatible.js'

/** MegaNova (https://docs.meganova.ai). */
export const meganova = openaiCompatible({
  id: 'meganova',
  name: 'MegaNova',
  baseURL: 'https://api.meganova.ai/v1',
  env: ['MEGANOVA_API_KEY'],
  docs: 'https://docs.meganova.ai',
})
