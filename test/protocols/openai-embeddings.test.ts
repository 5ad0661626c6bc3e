import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TracestitchError } from '../../src/kernel/errors.js'
import type { EncodeContext } from '../../src/kernel/protocol.js'
import { decodeEmbedding, encodeEmbedding, openaiEmbeddings } from '../../src/protocols/openai-embeddings.js'

const context: EncodeContext = {
  provider: 'p',
  model: 'wire-model',
  quirks: {},
  dropUnsupported: false,
  warn: () => undefined,
}

function answer(embedding: unknown): Record<string, unknown> {
  return {
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding }],
    model: 'm',
    usage: { prompt_tokens: 2, total_tokens: 2 },
  }
}

describe('embeddings', () => {
  test('floats as base64 and back, for any list', () => {
    fc.assert(
      fc.property(fc.float32Array({ noNaN: true }), (floats) => {
        const numbers = [...floats]
        expect(encodeEmbedding(numbers)).toBe(
          Buffer.from(floats.buffer, floats.byteOffset, floats.byteLength).toString('base64'),
        )
        expect(decodeEmbedding(encodeEmbedding(numbers))).toEqual(numbers)
      }),
    )
  })

  test('an answer in base64 is read as numbers, one in numbers is shared', () => {
    expect(openaiEmbeddings.decodeResponse(answer('AACAPwAAAMA=')).data[0]?.embedding).toEqual([1, -2])
    const wire = answer([0.5, 1])
    expect(openaiEmbeddings.decodeResponse(wire).data[0]).toBe((wire.data as unknown[])[0])
  })

  test('usage with the total alone, or none', () => {
    expect(openaiEmbeddings.decodeResponse({ ...answer([1]), usage: { total_tokens: 7 } }).usage).toEqual({
      prompt_tokens: 7,
      total_tokens: 7,
    })
    expect(openaiEmbeddings.decodeResponse({ data: [] }).usage).toBeUndefined()
  })

  test('requests pass but for the model and `extra_body`', () => {
    const request = openaiEmbeddings.decodeRequest({ model: 'm', input: ['a'], dimensions: 8, input_type: 'query' })
    const body = { model: 'wire-model', input: ['a'], dimensions: 8, input_type: 'query' }
    expect(openaiEmbeddings.encodeRequest(request, context)).toEqual({ path: '/embeddings', body })
    expect(openaiEmbeddings.encodeRequest({ ...request, extra_body: { truncate: true } }, context).body).toEqual({
      ...body,
      truncate: true,
    })
  })

  test('without content neither input nor vectors', () => {
    expect(openaiEmbeddings.decodeRequest({ model: 'm', input: 'secret', dimensions: 8 }, { content: false })).toEqual({
      model: 'm',
      input: [],
      dimensions: 8,
    })
    expect(openaiEmbeddings.decodeResponse(answer([1]), { content: false }).data).toEqual([])
  })

  test.each([
    [null],
    [{}],
    [{ data: [1] }],
    [{ data: [{ embedding: '***' }] }],
    [{ data: [{ embedding: 'AAA=' }] }],
    [{ data: [{}] }],
  ])('an answer that is none is a StreamError: %j', (wire) => {
    expect(() => openaiEmbeddings.decodeResponse(wire)).toThrow(expect.objectContaining({ name: 'StreamError' }))
  })

  test('an error in place of an answer is a ProviderError', () => {
    expect(() => openaiEmbeddings.decodeResponse({ detail: 'no such model' })).toThrow(
      expect.objectContaining({ name: 'ProviderError', message: 'no such model' }),
    )
  })

  test('arbitrary JSON is refused with an error of the library, or read', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.boolean(), (value, content) => {
        for (const read of [openaiEmbeddings.decodeRequest, openaiEmbeddings.decodeResponse]) {
          try {
            read(value, { content })
          } catch (error) {
            if (!TracestitchError.isInstance(error)) throw error
          }
        }
      }),
    )
  })
})
