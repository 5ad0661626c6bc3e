import { openaiCompatible } from './openai-compatible.js'

/** Xiaomi MiMo (https://platform.xiaomimimo.com/#/docs). */
export const xiaomi = openaiCompatible({
  id: 'xiaomi',
  name: 'Xiaomi MiMo',
  baseURL: 'https://api.xiaomimimo.com/v1',
  env: ['XIAOMI_API_KEY', 'MIMO_API_KEY', 'XIAOMI_MIMO_API_KEY'],
  quirks: { maxTokensField: 'max_tokens', developerAsSystem: true, reasoningContent: true, jsonSchema: false },
  docs: 'https://platform.xiaomimimo.com/#/docs',
})
