import { openaiCompatible } from './openai-compatible.js'

export const vivgrid = openaiCompatible({
  id: 'vivgrid',
  name: 'Vivgrid',
  baseURL: 'https://api.vivgrid.com/v1',
  env: ['VIVGRID_API_KEY'],
  quirks: {},
  docs: 'https://docs.vivgrid.com/models',
})
