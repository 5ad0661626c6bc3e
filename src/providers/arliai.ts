import { openaiCompatible } from './openai-compatible.js'

/** Arli AI (https://www.arliai.com/docs). */
export const arliai = openaiCompatible({
  id: 'arliai',
  name: 'Arli AI',
  baseURL: 'https://api.arliai.com/v1',
  env: ['ARLIAI_API_KEY'],
  docs: 'https://www.arliai.com/docs',
})
