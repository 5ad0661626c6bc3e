import { openaiCompatible } from './openai-compatible.js'

export const xinference = openaiCompatible({
  id: 'xinference',
  name: 'Xinference',
  protocols: ['openai-chat', 'openai-embeddings', 'openai-completions'],
  baseURL: 'http://127.0.0.1:9997/v1',
  env: [],
  docs: 'https://inference.readthedocs.io/en/latest/',
})
