import { openaiCompatible } from './openai-compatible.js'

/** Synthetic (https://dev.synthetic.new/docs). */
export const synthetic = openaiCompatible({
  id: 'synthetic',
  name: 'Synthetic',
  embeddings: true,
  baseURL: 'https://api.synthetic.new/openai/v1',
  env: ['SYNTHETIC_API_KEY'],
  docs: 'https://dev.synthetic.new/docs',
})
