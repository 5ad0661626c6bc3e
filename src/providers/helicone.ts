import { openaiCompatible } from './openai-compatible.js'

/** Helicone AI Gateway (https://docs.helicone.ai/gateway/overview). */
export const helicone = openaiCompatible({
  id: 'helicone',
  name: 'Helicone AI Gateway',
  embeddings: true,
  baseURL: 'https://ai-gateway.helicone.ai/v1',
  env: ['HELICONE_API_KEY'],
  baseURLEnv: ['HELICONE_API_BASE'],
  quirks: {},
  hosts: ['.helicone.ai'],
  gateway: { traceparent: false, modelNames: '{model}', idHeaders: ['helicone-id'], headerPrefixes: ['helicone-'] },
  docs: 'https://docs.helicone.ai/gateway/overview',
})
