import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TracestitchError } from '../../src/kernel/errors.js'
import type { EncodeContext } from '../../src/kernel/protocol.js'
import { bedrockCohereEmbeddings } from '../../src/protocols/bedrock-cohere-embeddings.js'
import { bedrockTitanEmbeddings } from '../../src/protocols/bedrock-titan-embeddings.js'

const context: EncodeContext = {
  provider: 'bedrock',
  model: 'a.model:0',
  quirks: {},
  dropUnsupported: false,
  warn: () => undefined,
}
const path = '/model/a.model%3A0/invoke'
const vector = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 8 })

describe.each([bedrockTitanEmbeddings, bedrockCohereEmbeddings])('$id', (protocol) => {
  const many = protocol === bedrockCohereEmbeddings

  test('a request and an answer keep their meaning', () => {
    const inputs = many ? fc.array(fc.string(), { minLength: 1, maxLength: 3 }) : fc.string()
    fc.assert(
      fc.property(
        inputs,
        fc.option(fc.integer({ min: 1, max: 1024 }), { nil: undefined }),
        fc.array(vector, { minLength: 1, maxLength: many ? 3 : 1 }),
        (input, dimensions, vectors) => {
          const request = { model: 'a.model:0', input, ...(dimensions !== undefined && { dimensions }) }
          const encoded = protocol.encodeRequest(request, context)
          expect(encoded.path).toBe(path)
          const read = protocol.decodeRequest(encoded.body, { path })
          expect(read).toMatchObject(request)
          expect(protocol.encodeRequest(read, context).body).toEqual(encoded.body)
          const answer = {
            object: 'list' as const,
            model: '',
            usage: { prompt_tokens: many ? 0 : 7, total_tokens: many ? 0 : 7 },
            ...(many && { id: 'x' }),
            data: vectors.map((embedding, index) => ({ object: 'embedding' as const, index, embedding })),
          }
          expect(protocol.decodeResponse(protocol.encodeResponse(answer))).toMatchObject(answer)
        },
      ),
    )
  })

  test('vectors of other types are kept', () => {
    const wire = many
      ? { id: 'x', response_type: 'embeddings_by_type', embeddings: { float: [[1]], int8: [[3]] }, texts: ['a'] }
      : { embedding: [1], embeddingsByType: { float: [1], binary: [1, 0] }, inputTextTokenCount: 2 }
    expect(protocol.encodeResponse(protocol.decodeResponse(wire))).toEqual(wire)
  })

  test('what is no answer is refused cleanly, and an error is told', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const decode of [
          () => protocol.decodeResponse(value),
          () => protocol.decodeRequest(value),
          () => protocol.decodeError(value),
        ]) {
          try {
            decode()
          } catch (error) {
            if (!TracestitchError.isInstance(error)) throw error
          }
        }
      }),
    )
    expect(() => protocol.decodeResponse({ message: 'no access' })).toThrow(
      expect.objectContaining({ name: 'ProviderError', message: 'no access' }),
    )
    expect(
      JSON.stringify(protocol.decodeRequest({ texts: ['secret'], inputText: 'secret' }, { content: false })),
    ).not.toContain('secret')
  })

  test('tokens are no input', () => {
    expect(() => protocol.encodeRequest({ model: 'm', input: [1, 2] }, context)).toThrow(
      expect.objectContaining({ name: 'UnsupportedParameterError', parameter: 'input' }),
    )
  })
})

test('Titan embeds one text a call', () => {
  expect(bedrockTitanEmbeddings.encodeRequest({ model: 'm', input: ['a'] }, context).body).toEqual({ inputText: 'a' })
  expect(() => bedrockTitanEmbeddings.encodeRequest({ model: 'm', input: ['a', 'b'] }, context)).toThrow(
    /one text a call/,
  )
})
