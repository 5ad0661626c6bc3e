import { openaiCompatible } from './openai-compatible.js'

/** LiteLLM Proxy (https://docs.litellm.ai/docs/proxy/response_headers). */
export const litellm = openaiCompatible({
  id: 'litellm',
  name: 'LiteLLM Proxy',
  protocols: [
    'openai-chat',
    'openai-responses',
    'anthropic-messages',
    'openai-embeddings',
    'openai-completions',
    'jina-rerank',
    'openai-moderations',
    'openai-images',
    // https://docs.litellm.ai/docs/image_edits
    'openai-image-edits',
    'openai-speech',
    'openai-transcriptions',
  ],
  baseURL: 'http://127.0.0.1:4000/v1',
  env: ['LITELLM_API_KEY', 'LITELLM_PROXY_API_KEY'],
  keyOptional: true,
  baseURLEnv: ['LITELLM_PROXY_API_BASE'],
  quirks: { cacheControl: true, thinkingBlocks: true },
  gateway: {
    traceparent: true,
    modelNames: '{model_name}',
    costHeader: 'x-litellm-response-cost',
    idHeaders: ['x-litellm-call-id', 'x-litellm-model-id'],
    headerPrefixes: ['x-litellm-'],
  },
  docs: 'https://docs.litellm.ai/docs/proxy/response_headers',
})
