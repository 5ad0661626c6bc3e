import { openaiCompatible } from './openai-compatible.js'

/** Vercel AI Gateway (https://vercel.com/docs/ai-gateway/sdks-and-apis/openai-chat-completions). */
export const vercel = openaiCompatible({
  id: 'vercel',
  name: 'Vercel AI Gateway',
  protocols: ['openai-chat', 'openai-responses', 'openai-embeddings'],
  baseURL: 'https://ai-gateway.vercel.sh/v1',
  env: ['AI_GATEWAY_API_KEY', 'VERCEL_AI_GATEWAY_API_KEY', 'VERCEL_OIDC_TOKEN'],
  quirks: { cacheControl: true, reasoningContent: true },
  gateway: { traceparent: false, modelNames: '{vendor}/{model}', idHeaders: ['x-vercel-id'] },
  docs: 'https://vercel.com/docs/ai-gateway/sdks-and-apis/openai-chat-completions',
})
