import type { ProviderRow } from '../kernel/provider.js'

/** Groq (https://console.groq.com/docs/openai). */
export const groq: ProviderRow = {
  id: 'groq',
  name: 'Groq',
  // Audio: https://console.groq.com/docs/speech-to-text
  protocols: ['openai-chat', 'openai-responses', 'openai-speech', 'openai-transcriptions', 'openai-translations'],
  baseURL: 'https://api.groq.com/openai/v1',
  auth: { header: 'authorization', prefix: 'Bearer ' },
  env: ['GROQ_API_KEY'],
  quirks: {
    schemas: 'groq',
    // https://console.groq.com/docs/structured-outputs#supported-models
    jsonSchema: ['gpt-oss', 'kimi-k2', 'llama-4'],
    strictModels: ['gpt-oss-20b', 'gpt-oss-120b'],
    formatBesideTools: false,
    messageNames: false,
    unsupported: ['logit_bias', 'logprobs', 'top_logprobs', 'n'],
  },
  hosts: ['api.groq.com'],
  docs: 'https://console.groq.com/docs/openai',
}
