import { openaiCompatible } from './openai-compatible.js'

/** Inference.net (https://docs.inference.net). */
export const inferenceNet = openaiCompatible({
  id: 'inference-net',
  name: 'Inference.net',
  baseURL: 'https://api.inference.net/v1',
  env: ['INFERENCE_API_KEY'],
  hosts: ['api.inference.net', 'inference.net'],
  docs: 'https://docs.inference.net',
})
