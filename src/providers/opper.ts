import { openaiCompatible } from './openai-compatible.js'

/** Opper (https://docs.opper.ai). */
export const opper = openaiCompatible({
  id: 'opper',
  name: 'Opper',
  baseURL: 'https://api.opper.ai/v3/compat',
  env: ['OPPER_API_KEY'],
  quirks: {},
  docs: 'https://docs.opper.ai',
})
