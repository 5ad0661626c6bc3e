import { MISTRAL_HISTORY } from './mistral.js'
import { openaiCompatible } from './openai-compatible.js'

/** Mistral Codestral (https://docs.litellm.ai/docs/providers/codestral). */
export const codestral = openaiCompatible({
  id: 'codestral',
  name: 'Mistral Codestral',
  baseURL: 'https://codestral.mistral.ai/v1',
  env: ['CODESTRAL_API_KEY'],
  quirks: {
    maxTokensField: 'max_tokens',
    streamOptions: false,
    developerAsSystem: true,
    seedField: 'random_seed',
    messageNames: false,
    filePart: 'document_url',
    history: MISTRAL_HISTORY,
    schemas: 'mistral',
  },
  telemetryName: 'mistral_ai',
  idHeaders: ['mistral-correlation-id'],
  docs: 'https://docs.litellm.ai/docs/providers/codestral',
})
