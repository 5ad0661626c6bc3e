import { openaiCompatible } from './openai-compatible.js'

/** Baseten (https://docs.baseten.co/inference/model-apis/overview). */
export const baseten = openaiCompatible({
  id: 'baseten',
  name: 'Baseten',
  baseURL: 'https://inference.baseten.co/v1',
  env: ['BASETEN_API_KEY'],
  docs: 'https://docs.baseten.co/inference/model-apis/overview',
})
