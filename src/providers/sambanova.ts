import { openaiCompatible } from './openai-compatible.js'

/** SambaNova (https://docs.sambanova.ai/docs/en/api-reference/overview). */
export const sambanova = openaiCompatible({
  id: 'sambanova',
  name: 'SambaNova',
  // Audio: https://docs.sambanova.ai/docs/en/features/audio
  protocols: ['openai-chat', 'openai-embeddings', 'openai-transcriptions', 'openai-translations'],
  baseURL: 'https://api.sambanova.ai/v1',
  env: ['SAMBANOVA_API_KEY'],
  docs: 'https://docs.sambanova.ai/docs/en/api-reference/overview',
})
