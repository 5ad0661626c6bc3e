import { openaiCompatible } from './openai-compatible.js'

/** The Grid (https://thegrid.ai/docs). */
export const theGrid = openaiCompatible({
  id: 'the-grid',
  name: 'The Grid',
  baseURL: 'https://api.thegrid.ai/v1',
  env: ['THEGRID_API_KEY'],
  docs: 'https://thegrid.ai/docs',
})
