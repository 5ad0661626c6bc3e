import { openaiCompatible } from './openai-compatible.js'

/** Cloudflare AI Gateway (https://developers.cloudflare.com/ai-gateway/usage/chat-completion/). */
export const cloudflare = openaiCompatible({
  id: 'cloudflare',
  name: 'Cloudflare AI Gateway',
  baseURL: 'https://gateway.ai.cloudflare.com/v1/{account}/{gateway}/compat',
  variables: {
    account: { env: ['CLOUDFLARE_ACCOUNT_ID'] },
    gateway: { env: ['CLOUDFLARE_GATEWAY_ID'], default: 'default' },
  },
  auth: { header: 'cf-aig-authorization', prefix: 'Bearer ' },
  // The key is that of the gateway; it holds the keys of the vendors behind it. A vendor key of the caller goes into
  // `headers.authorization`.
  env: ['CF_AIG_TOKEN', 'CLOUDFLARE_API_TOKEN'],
  quirks: {},
  gateway: {
    traceparent: false,
    traceHeaders: { traceId: 'cf-aig-otel-trace-id', parentSpanId: 'cf-aig-otel-parent-span-id' },
    modelNames: '{vendor}/{model}',
    idHeaders: ['cf-aig-log-id'],
    headerPrefixes: ['cf-aig-'],
  },
  docs: 'https://developers.cloudflare.com/ai-gateway/usage/chat-completion/',
})
