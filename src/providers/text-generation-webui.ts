import { openaiCompatible } from './openai-compatible.js'

/** Text Generation Web UI (https://github.com/oobabooga/text-generation-webui/wiki/12-%E2%80%90-OpenAI-API). */
export const textGenerationWebui = openaiCompatible({
  id: 'text-generation-webui',
  name: 'Text Generation Web UI',
  protocols: ['openai-chat', 'openai-embeddings', 'openai-completions'],
  baseURL: 'http://127.0.0.1:5000/v1',
  env: [],
  docs: 'https://github.com/oobabooga/text-generation-webui/wiki/12-%E2%80%90-OpenAI-API',
})
