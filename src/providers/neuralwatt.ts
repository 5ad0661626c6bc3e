import { openaiCompatible } from './openai-compatible.js'

/** Neuralwatt (https://portal.neuralwatt.com/docs). */
export const neuralwatt = openaiCompatible({
  id: 'neuralwatt',
  name: 'Neuralwatt',
  baseURL: 'https://api.neuralwatt.com/v1',
  env: ['NEURALWATT_API_KEY'],
  docs: 'https://portal.neuralwatt.com/docs',
})
