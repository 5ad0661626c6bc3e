import { openaiCompatible } from './openai-compatible.js'

/** Bifrost (https://docs.getbifrost.ai/providers/response-headers). */
export const bifrost = openaiCompatible({
  id: 'bifrost',
  name: 'Bifrost',
  embeddings: true,
  baseURL: 'http://127.0.0.1:8080/v1',
  env: [],
  quirks: {},
  gateway: { traceparent: false, modelNames: '{vendor}/{model}', headerPrefixes: ['x-bifrost-'] },
  docs: 'https://docs.getbifrost.ai/providers/response-headers',
})
