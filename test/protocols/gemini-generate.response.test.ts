/** Answers of `generateContent` that come whole, and errors. */
import { describe, expect, test } from 'vitest'
import type { ChatCompletion } from '../../src/kernel/hub.js'
import type { JsonObject } from '../../src/kernel/protocol.js'
import { geminiGenerate as codec } from '../../src/protocols/gemini-generate/index.js'
import { eventsOf, readStream, sseOf } from '../contracts/chunks.js'
import { answer, events, fixture, sentBack } from './support/gemini-generate.js'

const wire = JSON.parse(fixture('answer.json').toString()) as JsonObject

describe('a whole answer', () => {
  const completion = codec.decodeResponse(wire)
  const [choice] = completion.choices

  test('is written again as it was', () => {
    const again = JSON.parse(JSON.stringify(codec.encodeResponse(completion))) as JsonObject
    // The hub counts whole seconds, and names the tier of the traffic.
    expect({ ...again, createTime: wire['createTime'] }).toEqual({
      ...wire,
      usageMetadata: { ...(wire['usageMetadata'] as object), serviceTier: 'flex' },
    })
    expect(again['createTime']).toBe('2026-04-02T17:03:50.000Z')
  })

  test('goes back with every part and signature in its place', () => {
    expect(sentBack(completion)).toEqual((wire['candidates'] as { content: { parts: unknown } }[])[0]?.content.parts)
    const overJson = JSON.parse(JSON.stringify(completion)) as ChatCompletion
    expect(sentBack(overJson)).toEqual(sentBack(completion))
  })

  test('gives calls without an id a stable one', () => {
    expect(choice?.message.tool_calls?.map(({ id }) => id)).toEqual(['gcall_resp-1_0', 'fc-2'])
    expect(codec.decodeResponse(wire)).toEqual(completion)
    expect(choice?.finish_reason).toBe('tool_calls')
  })

  test('has sources as annotations that count characters', () => {
    const [annotation, ...others] = choice?.message.annotations ?? []
    expect(others).toEqual([])
    const { start_index: start, end_index: end, url } = annotation!.url_citation
    expect(url).toBe('https://weather.test/zrh')
    expect(choice?.message.content?.slice(start, end)).toBe('☀️')
  })

  test('counts thoughts and results of tools in the totals', () => {
    expect(completion.usage).toEqual({
      prompt_tokens: 105,
      completion_tokens: 50,
      total_tokens: 155,
      prompt_tokens_details: { cached_tokens: 60, text_tokens: 90, audio_tokens: 10 },
      completion_tokens_details: { reasoning_tokens: 30, text_tokens: 20 },
    })
    expect(completion.service_tier).toBe('flex')
    const { usage } = codec.decodeResponse(
      answer(
        {},
        { usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 9, thoughtsTokenCount: 4, totalTokenCount: 14 } },
      ),
    )
    // The total says that thoughts are counted among the candidates' tokens.
    expect(usage).toMatchObject({ completion_tokens: 9, completion_tokens_details: { reasoning_tokens: 4 } })
  })

  test('has log probabilities', () => {
    expect(choice?.logprobs?.content).toEqual([
      {
        token: 'Z',
        token_id: 7,
        logprob: -0.5,
        bytes: null,
        top_logprobs: [expect.objectContaining({ token: 'Z' }), expect.objectContaining({ token: 'B', logprob: -2 })],
      },
    ])
  })

  test('keeps the fields that only this format has', () => {
    expect(completion.raw?.value).toMatchObject({
      candidates: [{ index: 0, avgLogprobs: -0.25, safetyRatings: [{ probability: 'NEGLIGIBLE' }] }],
    })
  })
})

describe('finish', () => {
  test.each<[unknown, string, string | undefined]>([
    ['STOP', 'stop', undefined],
    ['MAX_TOKENS', 'length', undefined],
    ['SAFETY', 'content_filter', undefined],
    ['RECITATION', 'content_filter', 'RECITATION'],
    ['PROHIBITED_CONTENT', 'content_filter', 'PROHIBITED_CONTENT'],
    ['MODEL_ARMOR', 'content_filter', 'MODEL_ARMOR'],
    ['MALFORMED_FUNCTION_CALL', 'stop', 'MALFORMED_FUNCTION_CALL'],
    ['SOMETHING_NEW', 'stop', 'SOMETHING_NEW'],
    [1, 'stop', undefined],
    [2, 'length', undefined],
    [7, 'content_filter', '7'],
    [10, 'stop', '10'],
  ])('%s', (finishReason, finish, native) => {
    const completion = codec.decodeResponse(answer({ finishReason }))
    expect(completion.choices[0]).toMatchObject({
      finish_reason: finish,
      ...(native !== undefined && { native_finish_reason: native }),
    })
    expect(completion.choices[0]?.native_finish_reason).toBe(native)
    const again = codec.encodeResponse(completion)['candidates'] as JsonObject[]
    if (typeof finishReason === 'string' && finishReason !== 'SOMETHING_NEW')
      expect(again[0]?.['finishReason']).toBe(finishReason)
  })

  test('a blocked prompt is an empty choice, whole and streamed', () => {
    const blocked = {
      promptFeedback: { blockReason: 'PROHIBITED_CONTENT', safetyRatings: [] },
      usageMetadata: { promptTokenCount: 4, totalTokenCount: 4 },
      responseId: 'r',
      modelVersion: 'm',
    }
    const completion = codec.decodeResponse(blocked)
    expect(completion.choices).toEqual([
      {
        index: 0,
        finish_reason: 'content_filter',
        native_finish_reason: 'PROHIBITED_CONTENT',
        message: { role: 'assistant', content: null, refusal: null },
        logprobs: null,
      },
    ])
    expect(codec.encodeResponse(completion)).toMatchObject({ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } })
    expect(codec.encodeResponse(completion)).not.toHaveProperty('candidates')
    const streamed = readStream(codec, [events(blocked)])
    expect(streamed.completion).toEqual(completion)
    expect(streamed.done).toBe(true)
    expect(readStream(codec, [sseOf(eventsOf(codec, streamed.chunks))]).completion).toEqual(completion)
  })

  test('candidates without content, and without an index', () => {
    const completion = codec.decodeResponse({
      candidates: [{ finishReason: 'MAX_TOKENS' }, { content: {}, finishReason: 'STOP' }],
    })
    expect(
      completion.choices.map(({ index, finish_reason, message }) => [index, finish_reason, message.content]),
    ).toEqual([
      [0, 'length', null],
      [1, 'stop', null],
    ])
  })

  test('an empty answer is an error', () => {
    for (const nothing of [{}, [], { usageMetadata: {} }, null, 'text', 5]) {
      expect(() => codec.decodeResponse(nothing)).toThrow(expect.objectContaining({ name: 'StreamError' }))
    }
  })
})

describe('errors', () => {
  const body = {
    error: {
      code: 429,
      message: 'Quota of api_key:AIzaSyA1234567890abcdefghij is used up.',
      status: 'RESOURCE_EXHAUSTED',
      details: [
        { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'RATE_LIMIT_EXCEEDED' },
        { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.0741s' },
      ],
    },
  }

  test('say status, reason and delay, and no key', () => {
    const expected = {
      message: 'Quota of api_key:[key] is used up.',
      type: 'RESOURCE_EXHAUSTED',
      code: 'RATE_LIMIT_EXCEEDED',
      retryAfterMs: 34_075,
    }
    expect(codec.decodeError(body)).toEqual(expected)
    expect(codec.decodeError([body])).toEqual(expected)
  })

  test('inside an answer or a stream are errors of the provider', () => {
    const error = expect.objectContaining({
      name: 'ProviderError',
      status: 429,
      isRetryable: true,
      retryAfterMs: 34_075,
    })
    expect(() => codec.decodeResponse(body)).toThrow(error)
    expect(() => codec.decodeResponse([body])).toThrow(error)
    const decoder = codec.createStreamDecoder()
    decoder.push(answer({ finishReason: undefined }))
    expect(() => decoder.push(body)).toThrow(error)
    expect(() => codec.decodeResponse({ error: { code: 400, message: 'no', status: 'INVALID_ARGUMENT' } })).toThrow(
      expect.objectContaining({ isRetryable: false }),
    )
  })

  test('are written with the status of the format', () => {
    expect(codec.encodeError({ message: 'slow down', type: 'rate_limit_error' }, 429)).toEqual({
      error: { code: 429, message: 'slow down', status: 'RESOURCE_EXHAUSTED' },
    })
    expect(codec.encodeError({ message: 'm' }, 418)).toMatchObject({ error: { status: 'INVALID_ARGUMENT' } })
  })
})
