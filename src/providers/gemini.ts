import type { ProviderRow } from '../kernel/provider.js'

export const gemini: ProviderRow = {
  id: 'gemini',
  name: 'Google Gemini',
  protocols: ['openai-chat', 'openai-embeddings'],
  baseURL: 'https://generativelanguage.googleapis.com/v1beta/openai',
  auth: { header: 'authorization', prefix: 'Bearer ' },
  env: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
  quirks: { developerAsSystem: true },
  telemetryName: 'gcp.gemini',
  hosts: ['generativelanguage.googleapis.com'],
  docs: 'https://ai.google.dev/gemini-api/docs/openai',
}
