import { openaiCompatible } from './openai-compatible.js'

/** Kong AI Gateway (https://developer.konghq.com/plugins/ai-proxy/). */
export const kong = openaiCompatible({
  id: 'kong',
  name: 'Kong AI Gateway',
  embeddings: true,
  baseURL: 'http://127.0.0.1:8000',
  // Routes are the deployment's own: the base URL is that of the route, up to and without `/chat/completions`.
  env: [],
  baseURLEnv: ['KONNECT_PROXY_URL'],
  quirks: {},
  gateway: { traceparent: true, modelNames: '{model}', idHeaders: ['x-kong-request-id'], headerPrefixes: ['x-kong-'] },
  docs: 'https://developer.konghq.com/plugins/ai-proxy/',
})
