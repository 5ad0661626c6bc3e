import { openaiCompatible } from './openai-compatible.js'

/** Hyperbolic (https://docs.hyperbolic.xyz/docs/inference-api). */
export const hyperbolic = openaiCompatible({
  id: 'hyperbolic',
  name: 'Hyperbolic',
  baseURL: 'https://api.hyperbolic.xyz/v1',
  env: ['HYPERBOLIC_API_KEY'],
  docs: 'https://docs.hyperbolic.xyz/docs/inference-api',
})
