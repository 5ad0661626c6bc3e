import { openaiCompatible } from './openai-compatible.js'

/** Inceptron (https://docs.inceptron.io). */
export const inceptron = openaiCompatible({
  id: 'inceptron',
  name: 'Inceptron',
  baseURL: 'https://api.inceptron.io/v1',
  env: ['INCEPTRON_API_KEY'],
  docs: 'https://docs.inceptron.io',
})
