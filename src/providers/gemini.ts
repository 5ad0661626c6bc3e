import type { ProviderRow } from '../kernel/provider.js'

/** Google Gemini (https://ai.google.dev/api/generate-content). */
export const gemini: ProviderRow = {
  id: 'gemini',
  name: 'Google Gemini',
  protocols: ['gemini-generate', 'gemini-embeddings'],
  baseURL: 'https://generativelanguage.googleapis.com/v1beta',
  auth: { header: 'x-goog-api-key' },
  env: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
  telemetryName: 'gcp.gemini',
  hosts: ['generativelanguage.googleapis.com'],
  docs: 'https://ai.google.dev/api/generate-content',
}
