import { openaiCompatible } from './openai-compatible.js'

/** LocalAI (https://localai.io/features/text-generation/). */
export const localai = openaiCompatible({
  id: 'localai',
  name: 'LocalAI',
  protocols: [
    'openai-chat',
    'openai-embeddings',
    'openai-completions',
    'jina-rerank',
    'openai-images',
    'openai-speech',
    'openai-transcriptions',
  ],
  baseURL: 'http://127.0.0.1:8080/v1',
  env: [],
  // https://localai.io/features/interleaved-thinking/
  quirks: {
    maxTokensField: 'max_tokens',
    developerAsSystem: true,
    reasoningContent: true,
    reasoningField: 'reasoning',
  },
  docs: 'https://localai.io/features/text-generation/',
})
