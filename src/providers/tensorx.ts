import { openaiCompatible } from './openai-compatible.js'

/** TensorX (https://docs.tensorx.ai). */
export const tensorx = openaiCompatible({
  id: 'tensorx',
  name: 'TensorX',
  baseURL: 'https://api.tensorx.ai/v1',
  env: ['TENSORX_API_KEY'],
  docs: 'https://docs.tensorx.ai',
})
