import { openaiCompatible } from './openai-compatible.js'

/** evroc (https://docs.evroc.com/products/think/overview.html). */
export const evroc = openaiCompatible({
  id: 'evroc',
  name: 'evroc',
  baseURL: 'https://models.think.evroc.com/v1',
  env: ['EVROC_API_KEY'],
  docs: 'https://docs.evroc.com/products/think/overview.html',
})
