import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TracestitchError } from '../../src/kernel/errors.js'
import type { EncodeContext } from '../../src/kernel/protocol.js'
import { bedrockCohereEmbeddings } from '../../src/protocols/bedrock-cohere-embeddings.js'
import { bedrockNovaEmbeddings } from '../../src/protocols/bedrock-nova-embeddings.js'
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

describe.each([bedrockTitanEmbeddings, bedrockNovaEmbeddings, bedrockCohereEmbeddings])('$id', (protocol) => {
  const many = protocol === bedrockCohereEmbeddings
  const tokens = protocol.tokensHeader === undefined ? 7 : 0

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
            ...(tokens > 0 && { usage: { prompt_tokens: tokens, total_tokens: tokens } }),
            ...(many && { id: 'x' }),
            data: vectors.map((embedding, index) => ({ object: 'embedding' as const, index, embedding })),
          }
          expect(protocol.decodeResponse(protocol.encodeResponse(answer))).toMatchObject(answer)
        },
      ),
    )
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
    /one text in a call/,
  )
})

describe('Titan', () => {
  test('an image, with a text or without', () => {
    const image = { ...context, model: 'amazon.titan-embed-image-v1' }
    const extra_body = { inputImage: 'iVBORw0KGgo=' }
    expect(
      bedrockTitanEmbeddings.encodeRequest({ model: 'm', input: 'a', dimensions: 256, extra_body }, image).body,
    ).toEqual({ inputText: 'a', embeddingConfig: { outputEmbeddingLength: 256 }, ...extra_body })
    expect(bedrockTitanEmbeddings.encodeRequest({ model: 'm', input: [], extra_body }, image).body).toEqual(extra_body)
    expect(() => bedrockTitanEmbeddings.encodeRequest({ model: 'm', input: [] }, image)).toThrow(/one text in a call/)
  })

  test('binary vectors, alone or beside the others', () => {
    const alone = { embeddingsByType: { binary: [0, 1, 1] }, inputTextTokenCount: 2 }
    const read = bedrockTitanEmbeddings.decodeResponse(alone)
    expect(read.data[0]?.embedding).toEqual([0, 1, 1])
    expect(bedrockTitanEmbeddings.encodeResponse(read)).toEqual(alone)
    const both = { embedding: [0.5], embeddingsByType: { float: [0.5], binary: [1] }, inputTextTokenCount: 2 }
    expect(bedrockTitanEmbeddings.encodeResponse(bedrockTitanEmbeddings.decodeResponse(both))).toEqual(both)
  })
})

describe('Nova', () => {
  const params = { embeddingPurpose: 'GENERIC_INDEX', text: { truncationMode: 'NONE', value: 'a' } }

  test('has a purpose of the vectors, and takes another one from extra_body', () => {
    const request = { model: 'm', input: ['a'], dimensions: 256 }
    expect(bedrockNovaEmbeddings.encodeRequest(request, context).body).toEqual({
      taskType: 'SINGLE_EMBEDDING',
      singleEmbeddingParams: { ...params, embeddingDimension: 256 },
    })
    const extra_body = { singleEmbeddingParams: { embeddingPurpose: 'CLUSTERING', text: { truncationMode: 'END' } } }
    expect(bedrockNovaEmbeddings.encodeRequest({ ...request, extra_body }, context).body).toMatchObject({
      singleEmbeddingParams: { embeddingPurpose: 'CLUSTERING', text: { truncationMode: 'END', value: 'a' } },
    })
  })

  test('an image, or one text, a call', () => {
    const image = { format: 'png', source: { bytes: 'iVBORw0KGgo=' } }
    const extra_body = { singleEmbeddingParams: { image } }
    expect(bedrockNovaEmbeddings.encodeRequest({ model: 'm', input: [], extra_body }, context).body).toEqual({
      taskType: 'SINGLE_EMBEDDING',
      singleEmbeddingParams: { embeddingPurpose: 'GENERIC_INDEX', image },
    })
    for (const request of [{ input: [] }, { input: ['a', 'b'] }, { input: 'a', extra_body }])
      expect(() => bedrockNovaEmbeddings.encodeRequest({ model: 'm', ...request }, context)).toThrow(/one text, image/)
  })

  test('a request and an answer of more than one kind go back as they came', () => {
    const wire = {
      schemaVersion: 'nova-multimodal-embed-v1',
      taskType: 'SINGLE_EMBEDDING',
      singleEmbeddingParams: {
        embeddingPurpose: 'VIDEO_RETRIEVAL',
        embeddingDimension: 384,
        video: { format: 'mp4', embeddingMode: 'AUDIO_VIDEO_SEPARATE', source: { s3Location: { uri: 's3://a/b' } } },
      },
    }
    const read = bedrockNovaEmbeddings.decodeRequest(wire, { path })
    expect(read).toMatchObject({ input: [], dimensions: 384 })
    expect(bedrockNovaEmbeddings.encodeRequest(read, context).body).toEqual(wire)
    const answer = {
      embeddings: [
        { embeddingType: 'VIDEO', embedding: [1, 2] },
        { embeddingType: 'AUDIO', embedding: [3, 4], truncatedCharLength: 9 },
      ],
    }
    const decoded = bedrockNovaEmbeddings.decodeResponse(answer)
    expect(decoded.data.map(({ embedding }) => embedding)).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(bedrockNovaEmbeddings.encodeResponse(decoded)).toEqual(answer)
  })
})

test('Cohere: images in place of texts, and vectors of other types than floats', () => {
  const extra_body = { input_type: 'image', images: ['data:image/png;base64,iVBORw0KGgo='], embedding_types: ['int8'] }
  expect(bedrockCohereEmbeddings.encodeRequest({ model: 'm', input: [], extra_body }, context).body).toEqual(extra_body)
  const wire = { id: 'e', response_type: 'embeddings_by_type', embeddings: { int8: [[1, -2]], ubinary: [[7]] } }
  const both = { ...wire, embeddings: { float: [[1]], int8: [[3]] }, texts: ['a'] }
  expect(bedrockCohereEmbeddings.encodeResponse(bedrockCohereEmbeddings.decodeResponse(both))).toEqual(both)
  const read = bedrockCohereEmbeddings.decodeResponse(wire)
  expect(read.data[0]?.embedding).toEqual([1, -2])
  expect(bedrockCohereEmbeddings.encodeResponse(read)).toEqual(wire)
})
