import { openaiCompatible } from './openai-compatible.js'

/** CrossModel (https://www.crossmodel.ai/docs). */
export const crossmodel = openaiCompatible({
  id: 'crossmodel',
  name: 'CrossModel',
  baseURL: 'https://api.crossmodel.ai/v1',
  env: ['CROSSMODEL_API_KEY'],
  quirks: {},
  docs: 'https://www.crossmodel.ai/docs',
})
