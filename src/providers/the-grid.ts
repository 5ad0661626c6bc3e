import { openaiCompatible } from './openai-compatible.js'

export const theGrid = openaiCompatible({
  id: 'the-grid',
  name: 'The Grid',
  baseURL: 'https://api.thegrid.ai/v1',
  env: ['THEGRID_API_KEY'],
  docs: 'https://thegrid.ai/docs',
})
