import type { Quirks } from '../kernel/protocol.js'
import { openaiCompatible } from './openai-compatible.js'

/** Of its API and of its plan. */
export const XIAOMI_QUIRKS: Quirks = {
  maxTokensField: 'max_tokens',
  developerAsSystem: true,
  reasoningContent: true,
  jsonSchema: false,
}

/** Xiaomi MiMo (https://platform.xiaomimimo.com/#/docs). */
export const xiaomi = openaiCompatible({
  id: 'xiaomi',
  name: 'Xiaomi MiMo',
  baseURL: 'https://api.xiaomimimo.com/v1',
  env: ['XIAOMI_API_KEY', 'MIMO_API_KEY', 'XIAOMI_MIMO_API_KEY'],
  quirks: XIAOMI_QUIRKS,
  docs: 'https://platform.xiaomimimo.com/#/docs',
})
