/** Weaviate's service over gRPC, and its version over REST (https://docs.weaviate.io/weaviate/api). */
import type { FakeFormat, Json } from './shape.js'

export const weaviateRest: FakeFormat = {
  path: /^\/v1\/meta$/,
  streams: () => false,
  whole: () => ({ version: '1.33.0', hostname: 'http://localhost', modules: {} }),
  events: () => [],
}

const result = (id: string, text: string, distance: number, generated?: Json): Json => ({
  metadata: { id, distance, distancePresent: true },
  properties: { nonRefProps: { fields: { text: { textValue: text } } } },
  ...(generated && { generative: { values: [generated] } }),
})

const GENERATED = {
  result: 'In short: text.',
  metadata: { openai: { usage: { promptTokens: 11, completionTokens: 7, totalTokens: 18 } } },
}

/** Of a method; `undefined` for one that it does not have. */
export function weaviateAnswer(method: string, body: Json): Json | undefined {
  if (method !== 'Search') return undefined
  return {
    took: 0.01,
    results: [
      result('00000000-0000-0000-0000-000000000001', 'a text', 0.25, body['generative'] ? GENERATED : undefined),
      result('00000000-0000-0000-0000-000000000002', 'another', 0.5),
    ],
  }
}
