import { openaiCompatible } from './openai-compatible.js'

/** Nscale (https://docs.nscale.com/docs/use-cases/chat). */
export const nscale = openaiCompatible({
  id: 'nscale',
  name: 'Nscale',
  baseURL: 'https://inference.api.nscale.com/v1',
  env: ['NSCALE_API_KEY'],
  docs: 'https://docs.nscale.com/docs/use-cases/chat',
})
