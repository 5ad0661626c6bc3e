import { openaiCompatible } from './openai-compatible.js'

export const ollamaCloud = openaiCompatible({
  id: 'ollama-cloud',
  name: 'Ollama Cloud',
  baseURL: 'https://ollama.com/v1',
  env: ['OLLAMA_API_KEY'],
  docs: 'https://docs.ollama.com/cloud',
})
