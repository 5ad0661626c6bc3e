import { openaiCompatible } from './openai-compatible.js'

/** KoboldCpp (https://github.com/LostRuins/koboldcpp/wiki). */
export const koboldcpp = openaiCompatible({
  id: 'koboldcpp',
  name: 'KoboldCpp',
  protocols: ['openai-chat', 'openai-embeddings', 'openai-completions'],
  baseURL: 'http://127.0.0.1:5001/v1',
  env: [],
  docs: 'https://github.com/LostRuins/koboldcpp/wiki',
})
