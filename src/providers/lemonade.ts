import { openaiCompatible } from './openai-compatible.js'

/** Lemonade Server (https://lemonade-server.ai/docs/server/server_spec/). */
export const lemonade = openaiCompatible({
  id: 'lemonade',
  name: 'Lemonade Server',
  protocols: ['openai-chat', 'openai-embeddings', 'openai-completions'],
  baseURL: 'http://127.0.0.1:8000/api/v1',
  env: [],
  baseURLEnv: ['LEMONADE_API_BASE'],
  docs: 'https://lemonade-server.ai/docs/server/server_spec/',
})
