/** Answers of `generateContent` that are streamed. */
import { describe, expect, test } from 'vitest'
import type { ChatCompletion } from '../../src/kernel/hub.js'
import type { JsonObject } from '../../src/kernel/protocol.js'
import { geminiGenerate as codec } from '../../src/protocols/gemini-generate/index.js'
import { eventsOf, readStream, sseOf } from '../contracts/chunks.js'
import { completionMeaning } from '../contracts/meaning.js'
import { events, fixture, sentBack } from './support/gemini-generate.js'

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

  test('is also read from a JSON list, whole or element by element', () => {
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
