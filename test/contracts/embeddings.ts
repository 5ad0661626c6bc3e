/** The contract of an embeddings protocol. */
import fc from 'fast-check'
import { expect } from 'vitest'
import type { EmbeddingsRequest, EmbeddingsResponse } from '../../src/kernel/hub.js'
import type { EmbeddingsProtocol } from '../../src/kernel/protocol.js'
import { testAnswerProtocol } from './answer-protocol.js'

const text = fc.string({ unit: 'grapheme', maxLength: 20 })
const number = fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value))

const requests: fc.Arbitrary<EmbeddingsRequest> = fc.record(
  {
    model: fc.constant('a-model'),
    input: fc.array(text, { minLength: 1, maxLength: 4 }),
    dimensions: fc.integer({ min: 1, max: 4096 }),
    encoding_format: fc.constantFrom('float' as const, 'base64' as const),
  },
  { requiredKeys: ['model', 'input'] },
)

const responses: fc.Arbitrary<EmbeddingsResponse> = fc
  .tuple(fc.array(fc.array(number, { minLength: 1, maxLength: 5 }), { maxLength: 3 }), fc.nat({ max: 5000 }))
  .map(([vectors, tokens]) => ({
    object: 'list',
    data: vectors.map((embedding, index) => ({ object: 'embedding' as const, index, embedding })),
    model: 'a-model',
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  }))

/** @param withoutFormat - Why the format has no word for `encoding_format`, when it has none. */
export function testEmbeddingsProtocol(protocol: EmbeddingsProtocol, withoutFormat?: string): void {
  testAnswerProtocol<EmbeddingsRequest, EmbeddingsResponse>(
    protocol,
    {
      requests,
      responses,
      meaning: ({ model, input, dimensions, encoding_format: format }) => ({
        model,
        input: [input].flat(),
        dimensions,
        base64: withoutFormat === undefined && format === 'base64',
      }),
      said: ({ model, data, usage }) => ({ model, data, usage }),
      withoutContent: { request: { input: [] }, response: { data: [] } },
      isSound({ data }) {
        for (const { embedding } of data) expect(Array.isArray(embedding)).toBe(true)
      },
    },
    withoutFormat && `no encoding_format: ${withoutFormat}`,
  )
}
