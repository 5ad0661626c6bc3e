import { openaiCompatible } from './openai-compatible.js'

/** Portkey (https://portkey.ai/docs/api-reference/inference-api/response-schema). */
export const portkey = openaiCompatible({
  id: 'portkey',
  name: 'Portkey',
  protocols: ['openai-chat', 'openai-responses', 'openai-embeddings', 'openai-completions'],
  baseURL: 'https://api.portkey.ai/v1',
  auth: { header: 'x-portkey-api-key' },
  env: ['PORTKEY_API_KEY'],
  quirks: { cacheControl: true },
  gateway: {
    // Both forms, since an older gateway at an address of its owner's knows only its own. See
    // https://portkey.ai/docs/aigw/product/observability/traces.
    traceparent: true,
    traceHeaders: { traceId: 'x-portkey-trace-id', parentSpanId: 'x-portkey-parent-span-id' },
    modelNames: '@{provider}/{model}',
    idHeaders: ['x-portkey-trace-id'],
    headerPrefixes: ['x-portkey-'],
  },
  docs: 'https://portkey.ai/docs/api-reference/inference-api/response-schema',
})
