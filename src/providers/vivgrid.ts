import { openaiCompatible } from './openai-compatible.js'

/** Vivgrid (https://docs.vivgrid.com/models). */
export const vivgrid = openaiCompatible({
  id: 'vivgrid',
  name: 'Vivgrid',
  baseURL: 'https://api.vivgrid.com/v1',
  env: ['VIVGRID_API_KEY'],
  quirks: {},
  docs: 'https://docs.vivgrid.com/models',
})
