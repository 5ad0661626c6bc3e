import type { ProviderRow } from '../kernel/provider.js'
import type { HistoryRules } from '../kernel/history.js'

/**
 * What Mistral's API demands of a conversation: ids of nine letters or digits, an answer between the result of a tool and the
 * user, no system message after an answer, `prefix` on a last answer
 * (https://docs.mistral.ai/api, https://github.com/mistralai/mistral-common, `protocol/instruct/validator.py`).
 */
export const MISTRAL_HISTORY: HistoryRules = {
  toolIds: { also: '', max: 9, exact: true },
  answerAfterTools: true,
  instructionsFirst: true,
  marksPrefix: true,
  userNeeded: true,
}

export const mistral: ProviderRow = {
  id: 'mistral',
  name: 'Mistral AI',
  protocols: ['openai-chat', 'openai-embeddings', 'openai-moderations', 'openai-transcriptions'],
  baseURL: 'https://api.mistral.ai/v1',
  auth: { header: 'authorization', prefix: 'Bearer ' },
  env: ['MISTRAL_API_KEY'],
  // Usage comes on the last chunk unasked; unknown fields are refused with 422. Thinking goes back as it came, as a part.
  quirks: {
    maxTokensField: 'max_tokens',
    streamOptions: false,
    developerAsSystem: true,
    dimensionsField: 'output_dimension',
    thinkingParts: 'thinking',
    messageNames: false,
    filePart: 'document_url',
    history: MISTRAL_HISTORY,
    seedField: 'random_seed',
    unsupported: ['logit_bias', 'logprobs', 'top_logprobs', 'store', 'service_tier', 'user', 'verbosity', 'top_k'],
  },
  telemetryName: 'mistral_ai',
  hosts: ['api.mistral.ai', 'codestral.mistral.ai'],
  idHeaders: ['mistral-correlation-id'],
  docs: 'https://docs.mistral.ai/api',
}
