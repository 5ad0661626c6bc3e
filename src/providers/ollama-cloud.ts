import { openaiCompatible } from './openai-compatible.js'

/** Ollama Cloud (https://docs.ollama.com/cloud). */
export const ollamaCloud = openaiCompatible({
  id: 'ollama-cloud',
  name: 'Ollama Cloud',
  // https://docs.ollama.com/api/openai-compatibility; the server's own format is at `https://ollama.com`.
  protocols: ['openai-chat', 'openai-responses'],
  baseURL: 'https://ollama.com/v1',
  env: ['OLLAMA_API_KEY'],
  docs: 'https://docs.ollama.com/cloud',
})
