import { openaiCompatible } from './openai-compatible.js'

export const synthetic = openaiCompatible({
  id: 'synthetic',
  name: 'Synthetic',
  embeddings: true,
  baseURL: 'https://api.synthetic.new/openai/v1',
  env: ['SYNTHETIC_API_KEY'],
  docs: 'https://dev.synthetic.new/docs',
})
