import { openaiCompatible } from './openai-compatible.js'

/** Lilac (https://docs.getlilac.com/inference/models). */
export const lilac = openaiCompatible({
  id: 'lilac',
  name: 'Lilac',
  baseURL: 'https://api.getlilac.com/v1',
  env: ['LILAC_API_KEY'],
  docs: 'https://docs.getlilac.com/inference/models',
})
