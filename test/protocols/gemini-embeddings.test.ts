/** Google's two embeddings formats. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TracestitchError } from '../../src/kernel/errors.js'
import type { EmbeddingsRequest } from '../../src/kernel/hub.js'
import type { EmbeddingsProtocol, EncodeContext, JsonObject } from '../../src/kernel/protocol.js'
import { geminiEmbeddings } from '../../src/protocols/gemini-embeddings.js'
import { openaiEmbeddings } from '../../src/protocols/openai-embeddings.js'
import { vertexEmbeddings } from '../../src/protocols/vertex-embeddings.js'
import { mutated } from '../contracts/json-values.js'

function context(changes: Partial<EncodeContext> = {}): EncodeContext {
  return {
    provider: 'google',
    model: 'gemini-embedding-001',
    quirks: {},
    dropUnsupported: false,
    warn: () => undefined,
    ...changes,
  }
}

const plain = (text: string): JsonObject => ({ content: { parts: [{ text }] } })
const model = 'models/gemini-embedding-001'

const wires: [string, EmbeddingsProtocol, string, JsonObject][] = [
  [
    'one text',
    geminiEmbeddings,
    'embedContent',
    { ...plain('a'), taskType: 'RETRIEVAL_DOCUMENT', title: 't', outputDimensionality: 8 },
  ],
  [
    'one content with more than text',
    geminiEmbeddings,
    'embedContent',
    { content: { role: 'user', parts: [{ text: 'a' }, { inlineData: { mimeType: 'image/png', data: 'aa' } }] } },
  ],
  [
    'texts',
    geminiEmbeddings,
    'batchEmbedContents',
    {
      requests: ['a', 'b'].map((text) => ({ model, ...plain(text), taskType: 'CLUSTERING', outputDimensionality: 8 })),
    },
  ],
  [
    'texts with settings of their own',
    geminiEmbeddings,
    'batchEmbedContents',
    {
      requests: [
        { model, ...plain('a'), title: 'x' },
        { model, ...plain('b') },
      ],
    },
  ],
  [
    'Vertex AI',
    vertexEmbeddings,
    'predict',
    {
      instances: ['a', 'b'].map((content) => ({ content, task_type: 'CLUSTERING' })),
      parameters: { outputDimensionality: 8, autoTruncate: false },
    },
  ],
  [
    'Vertex AI, settings of their own',
    vertexEmbeddings,
    'predict',
    { instances: [{ content: 'a', title: 'x' }, { content: 'b' }] },
  ],
]

describe.each(wires)('%s', (_name, codec, method, wire) => {
  const path = `/v1/models/gemini-embedding-001:${method}`
  const request = codec.decodeRequest(wire, { path })

  test('is written as it was read', () => {
    expect(codec.encodeRequest(request, context())).toEqual({ path: path.slice('/v1'.length), body: wire })
    expect(request.model).toBe('gemini-embedding-001')
    expect([request.input].flat().join('')).toMatch(/^ab?$/)
  })

  test('is sent to another provider without the fields that only this format has', () => {
    const { body } = openaiEmbeddings.encodeRequest(request, context({ model: 'text-embedding-3-small' }))
    expect(Object.keys(body).filter((key) => !['model', 'input', 'dimensions'].includes(key))).toEqual([])
  })

  test('without content has its scalars', () => {
    const light = codec.decodeRequest(wire, { path, content: false })
    expect(light).toEqual({
      model: 'gemini-embedding-001',
      input: [],
      ...(request.dimensions !== undefined && { dimensions: request.dimensions }),
    })
  })

  test('damaged is written or refused cleanly', () => {
    fc.assert(
      fc.property(mutated, (damage) => {
        try {
          codec.encodeRequest(codec.decodeRequest(damage(wire)), context({ dropUnsupported: true }))
        } catch (error) {
          if (!TracestitchError.isInstance(error)) throw error
        }
      }),
      { numRuns: 200 },
    )
  })
})

test('settings in `extra_body` are said of every text', () => {
  const request: EmbeddingsRequest = { model: 'm', input: ['a', 'b'], extra_body: { taskType: 'CLUSTERING' } }
  expect(geminiEmbeddings.encodeRequest(request, context()).body).toEqual({
    requests: ['a', 'b'].map((text) => ({ model, ...plain(text), taskType: 'CLUSTERING' })),
  })
  expect(vertexEmbeddings.encodeRequest(request, context()).body).toEqual({
    instances: ['a', 'b'].map((content) => ({ content, task_type: 'CLUSTERING' })),
  })
})

test('token numbers are unsupported', () => {
  for (const codec of [geminiEmbeddings, vertexEmbeddings]) {
    expect(() => codec.encodeRequest({ model: 'm', input: [1, 2] }, context())).toThrow(
      expect.objectContaining({ name: 'UnsupportedParameterError' }),
    )
  }
})

const vectors = [
  [0.5, -1],
  [2, 3],
]
const answers: [string, EmbeddingsProtocol, JsonObject, number][] = [
  [
    'batch',
    geminiEmbeddings,
    {
      embeddings: vectors.map((values) => ({ values })),
      usageMetadata: { promptTokenCount: 7, promptTokenDetails: [{ modality: 'TEXT', tokenCount: 7 }] },
    },
    7,
  ],
  [
    'single',
    geminiEmbeddings,
    { embedding: { values: vectors[0] }, usageMetadata: { promptTokenCount: 7, totalTokenCount: 7 }, truncated: true },
    7,
  ],
  [
    'Vertex AI',
    vertexEmbeddings,
    {
      predictions: vectors.map((values, at) => ({
        embeddings: { values, statistics: { token_count: at + 3, truncated: false } },
      })),
      metadata: { billableCharacterCount: 9 },
    },
    7,
  ],
]

describe.each(answers)('answer: %s', (_name, codec, wire, tokens) => {
  const answer = codec.decodeResponse(wire)

  test('has vectors and counts', () => {
    expect(answer.data.map(({ embedding }) => embedding)).toEqual(vectors.slice(0, answer.data.length))
    expect(answer.usage).toEqual({ prompt_tokens: tokens, total_tokens: tokens })
    expect(codec.decodeResponse(wire, { content: false })).toEqual({
      object: 'list',
      model: '',
      data: [],
      usage: answer.usage,
    })
  })

  test('is written again with all it said', () => {
    const again = codec.encodeResponse(answer)
    expect(again).toMatchObject(wire)
    expect(codec.decodeResponse(JSON.parse(JSON.stringify(again)))).toEqual(answer)
  })

  test('damaged is read or refused cleanly', () => {
    fc.assert(
      fc.property(mutated, (damage) => {
        try {
          codec.encodeResponse(codec.decodeResponse(damage(wire)))
        } catch (error) {
          if (!TracestitchError.isInstance(error)) throw error
        }
      }),
      { numRuns: 200 },
    )
  })

  test('another provider’s answer is written', () => {
    const other = {
      object: 'list' as const,
      model: 'm',
      data: vectors.map((embedding, index) => ({ object: 'embedding' as const, index, embedding })),
      usage: { prompt_tokens: 4, total_tokens: 4 },
    }
    expect(codec.decodeResponse(codec.encodeResponse(other))).toMatchObject({ ...other })
  })

  test('errors and nothing', () => {
    expect(() => codec.decodeResponse({ error: { code: 404, message: 'no model', status: 'NOT_FOUND' } })).toThrow(
      expect.objectContaining({ name: 'ProviderError', status: 404 }),
    )
    for (const nothing of [{}, null, 'x', []])
      expect(() => codec.decodeResponse(nothing)).toThrow(expect.objectContaining({ name: 'StreamError' }))
  })
})
