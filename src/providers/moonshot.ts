import type { Quirks } from '../kernel/protocol.js'
import type { ProviderRow } from '../kernel/provider.js'

/** Of both of its regions. */
export const MOONSHOT_QUIRKS: Quirks = {
  maxTokensField: 'max_tokens',
  reasoningContent: true,
  // https://platform.moonshot.ai/docs/guide/use-kimi-k2-thinking-model
  reasoningRequired: true,
  developerAsSystem: true,
  // It answers that a message must not be empty.
  history: { refusesTexts: 'empty' },
}

/** Moonshot AI (https://platform.moonshot.ai/docs/api/chat). */
export const moonshot: ProviderRow = {
  id: 'moonshot',
  name: 'Moonshot AI',
  protocols: ['openai-chat'],
  baseURL: 'https://api.moonshot.ai/v1',
  auth: { header: 'authorization', prefix: 'Bearer ' },
  env: ['MOONSHOT_API_KEY'],
  quirks: MOONSHOT_QUIRKS,
  telemetryName: 'moonshot_ai',
  hosts: ['api.moonshot.ai', 'api.moonshot.cn'],
  docs: 'https://platform.moonshot.ai/docs/api/chat',
}
