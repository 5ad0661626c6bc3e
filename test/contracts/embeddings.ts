/** The contract of an embeddings protocol. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TracestitchError } from '../../src/kernel/errors.js'
import type { EmbeddingsRequest, EmbeddingsResponse } from '../../src/kernel/hub.js'
import type { EmbeddingsProtocol, EncodeContext } from '../../src/kernel/protocol.js'
import { deepFreeze, mutated } from './json-values.js'

const RUNS = { numRuns: Number(process.env.FAST_CHECK_RUNS ?? 100) }

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

/** Runs a decoder on anything: it may refuse, but only with an error of the library. */
function refusesCleanly(decode: () => unknown): void {
  try {
    decode()
  } catch (error) {
    if (!TracestitchError.isInstance(error)) throw error
  }
}

/** @param withoutFormat - Why the format has no word for `encoding_format`, when it has none. */
export function testEmbeddingsProtocol(protocol: EmbeddingsProtocol, withoutFormat?: string): void {
  const context: EncodeContext = {
    provider: 'a-provider',
    model: 'a-model',
    quirks: {},
    dropUnsupported: false,
    warn: () => undefined,
  }
  const through = (request: EmbeddingsRequest): unknown =>
    JSON.parse(JSON.stringify(protocol.encodeRequest(request, context).body))
  const meaning = ({ model, input, dimensions, encoding_format: format }: EmbeddingsRequest): unknown => ({
    model,
    input: [input].flat(),
    dimensions,
    base64: withoutFormat === undefined && format === 'base64',
  })

  describe(`protocol ${protocol.id}${withoutFormat ? ` (no encoding_format: ${withoutFormat})` : ''}`, () => {
    test('a request keeps its meaning from the hub to the wire and back, and is then written as it was', () => {
      fc.assert(
        fc.property(requests, (request) => {
          const wire = through(deepFreeze(request))
          const read = protocol.decodeRequest(deepFreeze(wire))
          expect(meaning(read)).toEqual(meaning(request))
          expect(through(read)).toEqual(wire)
        }),
        RUNS,
      )
    })

    test('a response keeps its vectors and counts from the hub to the wire and back', () => {
      fc.assert(
        fc.property(responses, (response) => {
          const wire = JSON.parse(JSON.stringify(protocol.encodeResponse(deepFreeze(response)))) as unknown
          const { model, data, usage } = protocol.decodeResponse(wire)
          expect({ model, data, usage }).toEqual({ model: response.model, data: response.data, usage: response.usage })
          const light = protocol.decodeResponse(wire, { content: false })
          expect({ model: light.model, data: light.data, usage: light.usage }).toEqual({ model, data: [], usage })
        }),
        RUNS,
      )
    })

    test('arbitrary and damaged JSON is read, or refused with an error of the library', () => {
      fc.assert(
        fc.property(
          fc.oneof(fc.jsonValue(), fc.object()),
          requests,
          responses,
          mutated,
          (value, request, response, damage) => {
            for (const content of [true, false]) {
              for (const wire of [value, damage(through(request))])
                refusesCleanly(() => protocol.decodeRequest(wire, { content }))
              for (const wire of [value, damage(protocol.encodeResponse(response))]) {
                refusesCleanly(() => {
                  for (const { embedding } of protocol.decodeResponse(wire, { content }).data)
                    expect(Array.isArray(embedding)).toBe(true)
                })
              }
            }
            refusesCleanly(() => protocol.decodeError(value))
          },
        ),
        RUNS,
      )
    })

    test('without content, a request has no texts', () => {
      const { input, model } = protocol.decodeRequest(through({ model: 'a-model', input: ['secret'] }), {
        content: false,
      })
      expect({ input, model }).toEqual({ input: [], model: 'a-model' })
    })

    test('an error keeps its message, also in place of an answer', () => {
      const body = protocol.encodeError({ message: 'no room', type: 'overloaded_error' }, 529)
      expect(protocol.decodeError(body)?.message).toBe('no room')
      expect(() => protocol.decodeResponse(body)).toThrow(
        expect.objectContaining({ name: 'ProviderError', message: 'no room' }),
      )
      expect(protocol.decodeError({})).toBeUndefined()
    })
  })
}
