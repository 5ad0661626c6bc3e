import type { HistoryRules } from '../kernel/history.js'
import type { ProviderRow } from '../kernel/provider.js'
import { MISTRAL_RULES } from '../models/open.js'

/**
 * What its API demands beyond what its models do: `prefix` on a last answer, and something said beside instructions
 * (https://docs.mistral.ai/api).
 */
export const MISTRAL_HISTORY: HistoryRules = { ...MISTRAL_RULES, marksPrefix: true, userNeeded: true }

/** Mistral AI (https://docs.mistral.ai/api). */
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
    schemas: 'mistral',
    seedField: 'random_seed',
    inputTypes: false,
    unsupported: ['logit_bias', 'logprobs', 'top_logprobs', 'store', 'service_tier', 'user', 'verbosity', 'top_k'],
  },
  telemetryName: 'mistral_ai',
  hosts: ['api.mistral.ai', 'codestral.mistral.ai'],
  idHeaders: ['mistral-correlation-id'],
  docs: 'https://docs.mistral.ai/api',
}
