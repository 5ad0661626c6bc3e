/** Answers of `generateContent`, whole and streamed. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { ChatCompletion, ChatRequest } from '../../src/kernel/hub.js'
import type { JsonObject } from '../../src/kernel/protocol.js'
import { geminiGenerate as codec } from '../../src/protocols/gemini-generate/index.js'
import { eventsOf, readStream, sseOf } from '../contracts/chunks.js'
import { completionMeaning } from '../contracts/meaning.js'

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/gemini-generate/${name}`, import.meta.url))
}

const wire = JSON.parse(fixture('answer.json').toString()) as JsonObject
const context = {
  provider: 'google',
  model: 'gemini-3-flash-preview',
  quirks: {},
  dropUnsupported: false,
  warn: () => undefined,
}

function answer(candidate: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    candidates: [{ content: { role: 'model', parts: [{ text: 'a' }] }, finishReason: 'STOP', ...candidate }],
    ...more,
  }
}

/** The parts that the next turn sends back. */
function sentBack(completion: ChatCompletion): unknown {
  const request: ChatRequest = {
    model: 'm',
    messages: [{ role: 'user', content: 'hi' }, completion.choices[0]!.message],
  }
  return (codec.encodeRequest(request, context).body['contents'] as { parts: unknown }[])[1]?.parts
}

function events(...bodies: JsonObject[]): Uint8Array {
  return sseOf(bodies.map((data) => ({ data })))
}

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

  test('keeps what only the format says', () => {
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

  test('an answer of nothing is an error', () => {
    for (const nothing of [{}, [], { usageMetadata: {} }, null, 'text', 5]) {
      expect(() => codec.decodeResponse(nothing)).toThrow(expect.objectContaining({ name: 'StreamError' }))
    }
  })
})

describe('a stream', () => {
  const bytes = fixture('answer.sse')
  const { completion, chunks, done } = readStream(codec, [bytes])

  test('gives what a whole answer of the same parts gives', () => {
    expect(done).toBe(true)
    const whole = codec.decodeResponse({
      candidates: [
        {
          content: {
            role: 'model',
            parts: [
              { text: 'They want the weather.', thought: true },
              { text: 'Zürich is sunny.' },
              { functionCall: { name: 'weather', args: { city: 'Bern' } }, thoughtSignature: 'c2lnLWNhbGw=' },
              { functionCall: { name: 'weather', args: { city: 'Genf' } } },
              { text: '', thoughtSignature: 'c2lnLWVuZA==' },
            ],
          },
          finishReason: 'STOP',
          index: 0,
          groundingMetadata: {
            groundingChunks: [{ web: { uri: 'https://weather.test/zrh', title: 'Weather' } }],
            groundingSupports: [{ segment: { endIndex: 7, text: 'Zürich' }, groundingChunkIndices: [0] }],
          },
        },
      ],
      usageMetadata: {
        promptTokenCount: 10,
        candidatesTokenCount: 8,
        thoughtsTokenCount: 4,
        totalTokenCount: 22,
        trafficType: 'ON_DEMAND',
      },
      modelVersion: 'gemini-3-flash-preview',
      responseId: 'resp-2',
      createTime: '2026-04-02T17:03:50.399550Z',
    })
    const sorted = (value: ChatCompletion): unknown => ({
      ...value,
      choices: value.choices.map(({ message: { annotations: _annotations, blocks, ...message }, ...choice }) => ({
        ...choice,
        message,
        blocks: blocks?.map((block) => ({ ...block, annotations: [] })),
      })),
    })
    expect(sorted(completion)).toEqual(sorted(whole))
    const { annotations } = completion.choices[0]!.message
    expect(
      annotations?.map(({ url_citation: { start_index: start, end_index: end } }) =>
        completion.choices[0]?.message.content?.slice(start, end),
      ),
    ).toEqual(['Zürich'])
  })

  test('goes back with every signature in its place', () => {
    expect(sentBack(completion)).toEqual([
      { text: 'They want the weather.', thought: true },
      { text: 'Zürich is sunny.' },
      { functionCall: { name: 'weather', args: { city: 'Bern' } }, thoughtSignature: 'c2lnLWNhbGw=' },
      { functionCall: { name: 'weather', args: { city: 'Genf' } } },
      { text: '', thoughtSignature: 'c2lnLWVuZA==' },
    ])
  })

  test('says usage once, and the role first', () => {
    expect(chunks[0]?.choices[0]?.delta.role).toBe('assistant')
    expect(chunks.filter(({ usage }) => usage)).toHaveLength(1)
    expect(chunks.filter(({ choices }) => choices.some(({ finish_reason: reason }) => reason !== null))).toHaveLength(1)
  })

  test('is written again, whole parts in their order', () => {
    const again = readStream(codec, [sseOf(eventsOf(codec, chunks))])
    expect(again.completion).toEqual(completion)
  })

  test('is also read from a list, at once or event by event', () => {
    const list = bytes
      .toString()
      .split('\n')
      .filter((line) => line.startsWith('data:'))
      .map((line) => JSON.parse(line.slice(5)) as JsonObject)
    expect(codec.decodeResponse(list)).toEqual(completion)
    const decoder = codec.createStreamDecoder()
    expect([...decoder.push(list), ...decoder.end()]).toEqual(chunks)
  })

  test('without content gives scalars alone', () => {
    const light = readStream(codec, [bytes], { content: false }).completion
    expect(light).toMatchObject({
      id: 'resp-2',
      model: 'gemini-3-flash-preview',
      usage: completion.usage,
      choices: [{ finish_reason: 'tool_calls' }],
    })
    expect(JSON.stringify(light)).not.toContain('Zürich')
  })

  test('arguments in pieces', () => {
    const read = readStream(codec, [fixture('partial-args.sse')])
    expect(
      read.completion.choices[0]?.message.tool_calls?.map(
        (call) => call.type === 'function' && [call.function.name, JSON.parse(call.function.arguments)],
      ),
    ).toEqual([
      ['book', { city: 'San José', nights: [{ count: 2 }], 'a.b': true, none: null }],
      ['now', {}],
    ])
    expect(sentBack(read.completion)).toMatchObject([
      { thoughtSignature: 'c2ln', functionCall: { name: 'book' } },
      { functionCall: { name: 'now' } },
    ])
    expect(completionMeaning(readStream(codec, [sseOf(eventsOf(codec, read.chunks))]).completion)).toEqual(
      completionMeaning(read.completion),
    )
  })

  test.each(['city', '$..x', '$[999999999].a', '$.list[3000000]', `$${'.a'.repeat(200)}`])(
    'a piece of arguments at %s is an error or stays small',
    (jsonPath) => {
      const start = { functionCall: { name: 'f', args: { list: [] }, willContinue: true } }
      const piece = { functionCall: { partialArgs: [{ jsonPath, stringValue: 'x' }] } }
      const body = { candidates: [{ content: { parts: [start, piece] }, finishReason: 'STOP' }] }
      try {
        expect(JSON.stringify(readStream(codec, [events(body)]).completion).length).toBeLessThan(10_000)
      } catch (error) {
        expect(error).toMatchObject({ name: 'StreamError' })
      }
    },
  )

  test('a path through `__proto__` makes a field and no prototype', () => {
    const part = { functionCall: { name: 'f', partialArgs: [{ jsonPath: '$.__proto__.polluted', boolValue: true }] } }
    const { completion: read } = readStream(codec, [
      events({ candidates: [{ content: { parts: [part] }, finishReason: 'STOP' }] }),
    ])
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect(JSON.stringify(read.choices[0]?.message.tool_calls)).toContain('polluted')
  })

  test('a call that was cut gives no arguments that look whole', () => {
    const [first, second] = fixture('partial-args.sse').toString().split('\n\n')
    const cut = readStream(codec, [new TextEncoder().encode(`${first}\n\n${second}\n\n`)])
    expect(cut.done).toBe(false)
    expect(cut.completion.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { name: 'book', arguments: '' },
    })
  })

  test('a finish reason in every event ends nothing before its time', () => {
    const one = (text: string): JsonObject => ({
      candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }],
      responseId: 'r',
    })
    const read = readStream(codec, [events(one('a'), one('b'))])
    expect(read.completion.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'ab' } })
    expect(read.chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop')
  })

  test('several candidates keep apart', () => {
    const body = (index: number, text: string, finishReason?: string): JsonObject => ({
      candidates: [{ index, content: { role: 'model', parts: [{ text }] }, ...(finishReason && { finishReason }) }],
    })
    const read = readStream(codec, [
      events(body(0, 'a'), body(1, 'x'), body(0, 'b', 'STOP'), body(1, 'y', 'MAX_TOKENS')),
    ])
    expect(read.completion.choices.map(({ message, finish_reason: reason }) => [message.content, reason])).toEqual([
      ['ab', 'stop'],
      ['xy', 'length'],
    ])
    expect(readStream(codec, [events(body(0, 'a', 'STOP'), body(1, 'x'))]).done).toBe(false)
  })

  test('usage that shrinks is the last one as a whole', () => {
    const usage = (usageMetadata: JsonObject): JsonObject => ({
      candidates: [{ content: { parts: [{ text: 'a' }] }, finishReason: 'STOP' }],
      usageMetadata,
    })
    const read = readStream(codec, [
      events(
        usage({ promptTokenCount: 9, candidatesTokenCount: 15, totalTokenCount: 24 }),
        usage({ promptTokenCount: 87, totalTokenCount: 165, thoughtsTokenCount: 78 }),
      ),
    ])
    expect(read.completion.usage).toMatchObject({ prompt_tokens: 87, completion_tokens: 78, total_tokens: 165 })
  })

  test('another provider’s chunks: interleaved calls and annotations', () => {
    const head = { id: 'i', object: 'chat.completion.chunk' as const, created: 0, model: 'm' }
    const delta = (change: object): Parameters<ReturnType<typeof codec.createStreamEncoder>['push']>[0] => ({
      ...head,
      choices: [{ index: 0, delta: change, finish_reason: null }],
    })
    const call = (index: number, id: string | undefined, text: string): object => ({
      tool_calls: [
        { index, ...(id && { id, type: 'function' }), function: { ...(id && { name: 'f' }), arguments: text } },
      ],
    })
    const encoder = codec.createStreamEncoder()
    const written = [
      delta({ role: 'assistant', content: 'Zü' }),
      delta({
        annotations: [
          { type: 'url_citation', url_citation: { url: 'https://a.test', title: 'A', start_index: 0, end_index: 2 } },
        ],
      }),
      delta(call(0, 'a', '')),
      delta(call(1, 'b', '')),
      delta(call(0, undefined, '{"x"')),
      delta(call(1, undefined, '{}')),
      delta(call(0, undefined, ':1}')),
      { ...head, choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' as const }] },
    ].flatMap((chunk) => [...encoder.push(chunk)])
    written.push(...encoder.end())
    expect(written.map(({ data }) => data)).toEqual([
      {
        candidates: [{ content: { role: 'model', parts: [{ text: 'Zü' }] }, index: 0 }],
        modelVersion: 'm',
        responseId: 'i',
      },
      {
        candidates: [
          {
            content: {
              role: 'model',
              parts: [
                { functionCall: { id: 'a', name: 'f', args: { x: 1 } } },
                { functionCall: { id: 'b', name: 'f', args: {} } },
              ],
            },
            finishReason: 'STOP',
            index: 0,
            groundingMetadata: {
              groundingChunks: [{ web: { uri: 'https://a.test', title: 'A' } }],
              groundingSupports: [{ segment: { startIndex: 0, endIndex: 3, text: 'Zü' }, groundingChunkIndices: [0] }],
            },
          },
        ],
        modelVersion: 'm',
        responseId: 'i',
      },
    ])
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
