import { openaiCompatible } from './openai-compatible.js'

/** AIHubMix (https://docs.aihubmix.com). */
export const aihubmix = openaiCompatible({
  id: 'aihubmix',
  name: 'AIHubMix',
  embeddings: true,
  baseURL: 'https://aihubmix.com/v1',
  env: ['AIHUBMIX_API_KEY'],
  quirks: {},
  docs: 'https://docs.aihubmix.com',
})
