/** Google's `generateContent` and its neighbours. */
import { sse, type FakeFormat, type Json } from './shape.js'

const modelOf = (path: string): string => `${/models\/([^:]+):/.exec(path)?.[1] ?? ''}-2026`

const USAGE = {
  promptTokenCount: 11,
  candidatesTokenCount: 5,
  thoughtsTokenCount: 2,
  cachedContentTokenCount: 4,
  totalTokenCount: 18,
}

function wantsTool(body: Json): boolean {
  return Array.isArray(body['tools']) && body['tools'].length > 0 && !JSON.stringify(body).includes('functionResponse')
}

function answer(path: string, parts: Json[], finishReason?: string): Json {
  return {
    candidates: [{ index: 0, content: { role: 'model', parts }, ...(finishReason && { finishReason }) }],
    modelVersion: modelOf(path),
    responseId: 'gemini_1',
  }
}

const CALL = { functionCall: { name: 'add', args: { firstNumber: 2, second_number: 2 } } }

export const gemini: FakeFormat = {
  path: /:(generateContent|streamGenerateContent|batchEmbedContents|embedContent|countTokens|predict)$/,
  streams: (path) => path.endsWith(':streamGenerateContent'),
  whole(path, body) {
    if (path.endsWith(':countTokens')) return { totalTokens: 42 }
    if (path.endsWith(':embedContent')) return { embedding: { values: [0.5, -0.25] } }
    if (path.endsWith(':batchEmbedContents')) return { embeddings: [{ values: [0.5, -0.25] }] }
    if (path.endsWith(':predict'))
      return JSON.stringify(body).includes('prompt')
        ? { predictions: [{ bytesBase64Encoded: 'aGk=', mimeType: 'image/png' }] }
        : { predictions: [{ embeddings: { values: [0.5, -0.25], statistics: { token_count: 5 } } }] }
    const parts = wantsTool(body) ? [CALL] : [{ text: 'Hello there, friend.' }]
    return { ...answer(path, parts, 'STOP'), usageMetadata: USAGE }
  },
  events(path, body) {
    if (wantsTool(body)) return [sse({ ...answer(path, [CALL], 'STOP'), usageMetadata: USAGE })]
    const texts = ['Hello', ' there', ', fri']
    return [
      ...texts.map((text) => sse({ ...answer(path, [{ text }]), usageMetadata: { promptTokenCount: 11 } })),
      sse({ ...answer(path, [{ text: 'end.' }], 'STOP'), usageMetadata: USAGE }),
    ]
  },
  error: (status, error) => ({
    error: { code: status, message: error['message'], status: status === 401 ? 'UNAUTHENTICATED' : 'INVALID_ARGUMENT' },
  }),
}
