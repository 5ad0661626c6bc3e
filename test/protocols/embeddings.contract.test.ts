import { expect, test } from 'vitest'
import { UnsupportedParameterError } from '../../src/kernel/errors.js'
import type { EncodeContext } from '../../src/kernel/protocol.js'
import { cohereEmbeddings } from '../../src/protocols/cohere-embeddings.js'
import { ollamaEmbeddings } from '../../src/protocols/ollama-embeddings.js'
import { openaiEmbeddings } from '../../src/protocols/openai-embeddings.js'
import { voyageEmbeddings } from '../../src/protocols/voyage-embeddings.js'
import { testEmbeddingsProtocol } from '../contracts/embeddings.js'

testEmbeddingsProtocol(cohereEmbeddings)
testEmbeddingsProtocol(ollamaEmbeddings, 'vectors are numbers always')
testEmbeddingsProtocol(openaiEmbeddings)
testEmbeddingsProtocol(voyageEmbeddings)

const warnings: string[] = []
const context: EncodeContext = {
  provider: 'p',
  model: 'm',
  quirks: {},
  dropUnsupported: false,
  warn: (message) => warnings.push(message),
}

test('cohere: the purpose of the vectors is said, and asked for when it is not', () => {
  warnings.length = 0
  expect(cohereEmbeddings.encodeRequest({ model: 'm', input: 'a', dimensions: 256 }, context)).toEqual({
    path: '/v2/embed',
    body: {
      model: 'm',
      texts: ['a'],
      input_type: 'search_document',
      embedding_types: ['float'],
      output_dimension: 256,
    },
  })
  expect(warnings).toEqual([expect.stringContaining('input_type')])
  const image = { input_type: 'image', images: ['data:image/png;base64,iVBORw0KGgo='] }
  expect(cohereEmbeddings.encodeRequest({ model: 'm', input: [], extra_body: image }, context).body).toEqual({
    model: 'm',
    embedding_types: ['float'],
    ...image,
  })
  expect(warnings).toHaveLength(1)
})

test('cohere: vectors of every type, the other types kept', () => {
  const meta = { billed_units: { input_tokens: 3, image_tokens: 4 } }
  const wire = {
    id: 'e',
    embeddings: { int8: [[1, -2]], ubinary: [[7]] },
    texts: ['a'],
    meta,
    response_type: 'embeddings_by_type',
  }
  const read = cohereEmbeddings.decodeResponse(wire)
  expect(read).toMatchObject({ id: 'e', data: [{ embedding: [1, -2] }], usage: { prompt_tokens: 7, total_tokens: 7 } })
  expect(cohereEmbeddings.encodeResponse(read)).toEqual(wire)
  expect(cohereEmbeddings.decodeResponse({ embeddings: { base64: ['AACAPwAAAMA='] } }).data[0]?.embedding).toEqual([
    1, -2,
  ])
  expect(
    cohereEmbeddings.decodeResponse({ embeddings: [[0.5]], response_type: 'embeddings_floats' }).data[0]?.embedding,
  ).toEqual([0.5])
})

test('voyage: base64 is asked for only where it holds floats', () => {
  const request = { model: 'm', input: ['a'], dimensions: 512, encoding_format: 'base64' as const }
  expect(voyageEmbeddings.encodeRequest(request, context).body).toEqual({
    model: 'm',
    input: ['a'],
    output_dimension: 512,
    encoding_format: 'base64',
  })
  const int8 = voyageEmbeddings.encodeRequest({ ...request, extra_body: { output_dtype: 'int8' } }, context)
  expect(int8.body).toEqual({ model: 'm', input: ['a'], output_dimension: 512, output_dtype: 'int8' })
  expect(voyageEmbeddings.decodeError({ detail: 'Model x is not supported.' })).toEqual({
    message: 'Model x is not supported.',
  })
})

test('ollama: both endpoints, and the timings kept', () => {
  const wire = { model: 'm', embeddings: [[0.5, 1]], total_duration: 12, load_duration: 3, prompt_eval_count: 4 }
  const read = ollamaEmbeddings.decodeResponse(wire)
  expect(read.raw?.value).toEqual({ total_duration: 12, load_duration: 3 })
  expect(ollamaEmbeddings.encodeResponse(read)).toEqual(wire)
  expect(ollamaEmbeddings.decodeResponse({ embedding: [1, 2] }).data).toEqual([
    { object: 'embedding', index: 0, embedding: [1, 2] },
  ])
})

test('a speaker of OpenAI’s embeddings with another field for the length', () => {
  const quirks = { dimensionsField: 'output_dimension' as const }
  expect(
    openaiEmbeddings.encodeRequest({ model: 'm', input: 'a', dimensions: 256 }, { ...context, quirks }).body,
  ).toEqual({
    model: 'm',
    input: 'a',
    output_dimension: 256,
  })
})

test('token numbers are refused where only texts are taken', () => {
  for (const codec of [cohereEmbeddings, voyageEmbeddings, ollamaEmbeddings]) {
    expect(() => codec.encodeRequest({ model: 'm', input: [1, 2], extra_body: { input_type: 'x' } }, context)).toThrow(
      UnsupportedParameterError,
    )
  }
})

test('voyage: texts with images have a path of their own', () => {
  const inputs = [{ content: [{ type: 'text', text: 'a' }] }]
  const encoded = voyageEmbeddings.encodeRequest({ model: 'm', input: [], extra_body: { inputs } }, context)
  expect(encoded).toEqual({ path: '/multimodalembeddings', body: { model: 'm', inputs } })
  const read = voyageEmbeddings.decodeRequest(encoded.body)
  expect(voyageEmbeddings.encodeRequest(read, context)).toEqual(encoded)
})
