import { openaiCompatible } from './openai-compatible.js'

/** Requesty (https://docs.requesty.ai). */
export const requesty = openaiCompatible({
  id: 'requesty',
  name: 'Requesty',
  embeddings: true,
  baseURL: 'https://router.requesty.ai/v1',
  env: ['REQUESTY_API_KEY'],
  quirks: { cacheControl: true },
  gateway: {
    traceparent: false,
    modelNames: '{vendor}/{model}',
    idHeaders: ['x-requesty-request-id'],
    headerPrefixes: ['x-requesty-'],
  },
  docs: 'https://docs.requesty.ai',
})
