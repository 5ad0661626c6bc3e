import type { ProviderRow } from '../kernel/provider.js'

export const groq: ProviderRow = {
  id: 'groq',
  name: 'Groq',
  protocols: ['openai-chat', 'openai-responses', 'openai-speech', 'openai-transcriptions'],
  baseURL: 'https://api.groq.com/openai/v1',
  auth: { header: 'authorization', prefix: 'Bearer ' },
  env: ['GROQ_API_KEY'],
  quirks: { messageNames: false, unsupported: ['logit_bias', 'logprobs', 'top_logprobs', 'n'] },
  hosts: ['api.groq.com'],
  docs: 'https://console.groq.com/docs/openai',
}
