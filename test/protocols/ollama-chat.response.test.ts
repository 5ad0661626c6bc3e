import { describe, expect, test } from 'vitest'
import { createChatAccumulator } from '../../src/kernel/accumulate.js'
import { StreamError } from '../../src/kernel/errors.js'
import type { ChatCompletion } from '../../src/kernel/hub.js'
import type { JsonObject } from '../../src/kernel/protocol.js'
import { ollamaChat as codec } from '../../src/protocols/ollama-chat/index.js'
import { bytesOf, cutAt, readStream } from '../contracts/chunks.js'
import { completionMeaning } from '../contracts/meaning.js'

const line = (message: JsonObject, more: JsonObject = {}): JsonObject => ({
  model: 'qwen3',
  created_at: '2026-08-07T06:08:14.947137Z',
  message: { role: 'assistant', content: '', ...message },
  done: false,
  ...more,
})
const counts = {
  total_duration: 99,
  load_duration: 5,
  prompt_eval_count: 21,
  prompt_eval_duration: 3,
  eval_count: 8,
  eval_duration: 90,
}
const lines = [
  line({ thinking: 'Let' }),
  line({ thinking: ' me.' }),
  line({ content: 'Grüße ' }),
  line({ content: '👋', tool_calls: [{ function: { name: 'f', arguments: { a: 1 } } }] }),
  line({ tool_calls: [{ id: 'x', function: { index: 1, name: 'g', arguments: {} } }] }),
  line({}, { done: true, done_reason: 'stop', ...counts }),
]
const whole = line(
  {
    thinking: 'Let me.',
    content: 'Grüße 👋',
    tool_calls: [
      { function: { name: 'f', arguments: { a: 1 } } },
      { id: 'x', function: { index: 1, name: 'g', arguments: {} } },
    ],
  },
  { done: true, done_reason: 'stop', ...counts },
)

describe('answers', () => {
  test('every field', () => {
    const { raw, ...read } = codec.decodeResponse(whole)
    expect(read).toEqual({
      id: '',
      object: 'chat.completion',
      created: 1786082894,
      model: 'qwen3',
      choices: [
        {
          index: 0,
          finish_reason: 'tool_calls',
          logprobs: null,
          message: {
            role: 'assistant',
            content: 'Grüße 👋',
            refusal: null,
            reasoning_content: 'Let me.',
            thinking_blocks: [{ type: 'thinking', thinking: 'Let me.' }],
            tool_calls: [
              { id: 'unnamed_call_0', type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
              { id: 'x', type: 'function', function: { name: 'g', arguments: '{}' } },
            ],
          },
        },
      ],
      usage: { prompt_tokens: 21, completion_tokens: 8, total_tokens: 29 },
    })
    expect(raw?.value).toEqual({ total_duration: 99, load_duration: 5, prompt_eval_duration: 3, eval_duration: 90 })
    expect(codec.encodeResponse({ ...read, ...(raw && { raw }) })).toMatchObject({ ...counts, done_reason: 'stop' })
  })

  test('reasons', () => {
    expect(
      codec.decodeResponse(line({ content: 'x' }, { done: true, done_reason: 'length' })).choices[0]?.finish_reason,
    ).toBe('length')
    expect(codec.decodeResponse(line({}, { done: true, done_reason: 'load' })).choices[0]).toMatchObject({
      finish_reason: 'stop',
      native_finish_reason: 'load',
    })
    expect(codec.decodeResponse(line({ content: 'x' }, { done: true })).choices[0]?.finish_reason).toBe('stop')
  })

  test('fields that only this server has come back: images, how a model was loaded', () => {
    const pictured = line({ content: 'here', images: ['iVBORw0KGgo'] }, { done: true, done_reason: 'load' })
    const read = codec.decodeResponse(pictured)
    expect(codec.encodeResponse(read)).toMatchObject({ message: pictured['message'], done_reason: 'load' })
    const stream = [
      line({ images: ['iVBORw0KGgo'] }),
      line({ content: 'here' }),
      line({}, { done: true, done_reason: 'load' }),
    ]
    const { completion } = readStream(codec, [
      bytesOf(
        codec,
        stream.map((data) => ({ data })),
      ),
    ])
    expect(completionMeaning(completion)).toEqual(completionMeaning(read))
  })

  test('log probabilities there and back', () => {
    const logprobs = [
      { token: 'x', logprob: -0.1, bytes: [120], top_logprobs: [{ token: 'y', logprob: -2, bytes: [121] }] },
    ]
    const read = codec.decodeResponse(line({ content: 'x' }, { done: true, logprobs }))
    expect(read.choices[0]?.logprobs?.content).toEqual(logprobs)
    expect(codec.encodeResponse(read)['logprobs']).toEqual(logprobs)
  })
})

describe('streams', () => {
  const events = lines.map((data) => ({ data }))

  test('the same answer as whole, for any cut of the bytes', () => {
    const bytes = bytesOf(codec, events)
    const expected = completionMeaning(codec.decodeResponse(whole))
    for (let at = 0; at <= bytes.length; at += 7) {
      const { completion, done } = readStream(codec, [bytes.subarray(0, at), bytes.subarray(at)])
      expect(done).toBe(true)
      expect(completionMeaning(completion)).toEqual(expected)
      expect(completion.raw).toEqual(codec.decodeResponse(whole).raw)
    }
    expect(readStream(codec, cutAt(bytes, [0.3, 0.31, 0.7])).completion.choices[0]?.message.tool_calls).toHaveLength(2)
  })

  test('fragments of interleaved calls become whole calls in one line', () => {
    const chunk = (delta: JsonObject, finish: string | null = null) =>
      ({
        id: 'c',
        object: 'chat.completion.chunk',
        created: 1,
        model: 'm',
        choices: [{ index: 0, delta, finish_reason: finish }],
      }) as never
    const encoder = codec.createStreamEncoder()
    const call = (index: number, fields: JsonObject) => chunk({ tool_calls: [{ index, ...fields }] })
    const written = [
      call(0, { id: 'a', type: 'function', function: { name: 'f', arguments: '{"a"' } }),
      call(1, { id: 'b', type: 'function', function: { name: 'g', arguments: '' } }),
      call(0, { function: { arguments: ':1}' } }),
      chunk({}, 'tool_calls'),
    ].flatMap((one) => [...encoder.push(one)])
    expect(written).toEqual([])
    const [calls, last] = encoder.end().map(({ data }) => data as JsonObject)
    expect(calls).toMatchObject({
      done: false,
      message: {
        tool_calls: [
          { id: 'a', function: { index: 0, name: 'f', arguments: { a: 1 } } },
          { id: 'b', function: { index: 1, name: 'g', arguments: {} } },
        ],
      },
    })
    expect(last).toMatchObject({ done: true, done_reason: 'stop', created_at: '1970-01-01T00:00:01.000Z' })
  })

  test('timings come through a stream', () => {
    const decoder = codec.createStreamDecoder()
    const encoder = codec.createStreamEncoder()
    for (const one of lines) for (const chunk of decoder.push(one)) encoder.push(chunk)
    expect(encoder.end().at(-1)?.data).toMatchObject(counts)
  })

  test('a cut stream is not done, an error inside one is a ProviderError', () => {
    const decoder = codec.createStreamDecoder()
    const accumulator = createChatAccumulator()
    for (const one of lines.slice(0, 3)) for (const chunk of decoder.push(one)) accumulator.push(chunk)
    expect(decoder.done).toBe(false)
    expect((accumulator.result() as ChatCompletion).choices[0]?.message.content).toBe('Grüße ')
    expect(() => decoder.push({ error: 'an error was encountered while running the model' })).toThrow(
      expect.objectContaining({ name: 'ProviderError' }),
    )
    expect(() => decoder.push(undefined)).toThrow(StreamError)
    expect(() => decoder.push({ status: 'x' })).toThrow(StreamError)
  })

  test('without content, the scalars alone', () => {
    const decoder = codec.createStreamDecoder({ content: false })
    const chunks = lines.flatMap((one) => [...decoder.push(one)])
    expect(chunks).toHaveLength(3)
    expect(JSON.stringify(chunks)).not.toMatch(/Gr|Let|"f"/)
    expect(chunks[1]?.choices[0]?.finish_reason).toBe('tool_calls')
  })
})
