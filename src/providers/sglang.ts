import { openaiCompatible } from './openai-compatible.js'

/** SGLang (https://docs.sglang.ai/basic_usage/openai_api.html). */
export const sglang = openaiCompatible({
  id: 'sglang',
  name: 'SGLang',
  protocols: ['openai-chat', 'openai-embeddings', 'openai-completions'],
  baseURL: 'http://127.0.0.1:30000/v1',
  env: [],
  quirks: {},
  docs: 'https://docs.sglang.ai/basic_usage/openai_api.html',
})
