import { describe, expect, test } from 'vitest'
import { createChatAccumulator } from '../../src/kernel/accumulate.js'
import { StreamError } from '../../src/kernel/errors.js'
import type { ChatCompletion, ChatRequest } from '../../src/kernel/hub.js'
import type { EncodeContext, JsonObject } from '../../src/kernel/protocol.js'
import { ollamaChat as codec } from '../../src/protocols/ollama-chat/index.js'
import { bytesOf, cutAt, readStream } from '../contracts/chunks.js'
import { completionMeaning } from '../contracts/meaning.js'

let warnings: string[] = []
function context(model = 'qwen3', dropUnsupported = false): EncodeContext {
  warnings = []
  return { provider: 'ollama', model, quirks: {}, dropUnsupported, warn: (message) => warnings.push(message) }
}

function bodyOf(request: Partial<ChatRequest>, own: EncodeContext = context()): JsonObject {
  return codec.encodeRequest({ model: 'm', messages: [], ...request }, own).body
}

const tool = { type: 'function' as const, function: { name: 'look', parameters: { type: 'object', properties: {} } } }

describe('requests', () => {
  test('settings are options, and streaming is said either way', () => {
    expect(
      bodyOf({
        max_tokens: 5,
        temperature: 0,
        top_k: 3,
        top_p: 0.5,
        seed: 1,
        stop: 'END',
        frequency_penalty: 0.1,
        presence_penalty: 0.2,
      }),
    ).toEqual({
      model: 'qwen3',
      messages: [],
      stream: false,
      options: {
        num_predict: 5,
        temperature: 0,
        top_k: 3,
        top_p: 0.5,
        seed: 1,
        stop: ['END'],
        frequency_penalty: 0.1,
        presence_penalty: 0.2,
      },
    })
    expect(bodyOf({ stream: true })).toEqual({ model: 'qwen3', messages: [], stream: true })
    expect(codec.decodeRequest({ model: 'm', messages: [] }).stream).toBe(true)
  })

  test('options of the caller join ours', () => {
    expect(bodyOf({ temperature: 0, extra_body: { options: { num_ctx: 4096 }, keep_alive: 0 } })).toMatchObject({
      options: { temperature: 0, num_ctx: 4096 },
      keep_alive: 0,
    })
    const wire = {
      model: 'qwen3',
      messages: [],
      stream: false,
      options: { num_predict: -1, num_ctx: 8, seed: 2 },
      keep_alive: -1,
      truncate: true,
    }
    const read = codec.decodeRequest(wire)
    expect(read).toMatchObject({
      seed: 2,
      raw: { value: { options: { num_predict: -1, num_ctx: 8 }, keep_alive: -1, truncate: true } },
    })
    expect(read.max_tokens).toBeUndefined()
    expect(codec.encodeRequest(read, context()).body).toEqual(wire)
  })

  test('formats', () => {
    expect(bodyOf({ response_format: { type: 'json_object' } })['format']).toBe('json')
    const schema = { type: 'object' }
    expect(bodyOf({ response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } })['format']).toEqual(
      schema,
    )
    expect(bodyOf({ response_format: { type: 'text' } })).not.toHaveProperty('format')
    expect(
      codec.decodeRequest({ model: 'm', messages: [], format: schema }, { content: false }).response_format,
    ).toEqual({ type: 'json_schema', json_schema: { name: 'response' } })
    expect(
      codec.encodeRequest(codec.decodeRequest({ model: 'm', messages: [], format: 'json' }), context()).body['format'],
    ).toBe('json')
  })

  test.each([
    ['qwen3', { reasoning_effort: 'low' }, true],
    ['gpt-oss:20b', { reasoning_effort: 'low' }, 'low'],
    ['gpt-oss:20b', { reasoning_effort: 'xhigh' }, 'high'],
    ['qwen3', { reasoning_effort: 'none' }, false],
    ['qwen3', { thinking: { type: 'enabled' } }, true],
    ['qwen3', { thinking: { type: 'disabled' }, reasoning_effort: 'high' }, false],
    ['qwen3', {}, undefined],
  ] as [string, Partial<ChatRequest>, unknown][])('%s %j: think is %j', (model, request, think) => {
    expect(bodyOf(request, context(model))['think']).toBe(think)
  })

  test.each([
    ['tool_choice', { tools: [tool], tool_choice: 'required' }],
    ['n', { n: 2 }],
    [
      'image_url with an address',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x.test/a.png' } }] }] },
    ],
    [
      'input_audio parts in user messages',
      { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: '', format: 'wav' } }] }] },
    ],
    ['logit_bias', { logit_bias: { 5: 1 } }],
  ] as [string, Partial<ChatRequest>][])('%s cannot be said: an error, or a warning', (parameter, request) => {
    expect(() => bodyOf(request)).toThrow(expect.objectContaining({ name: 'UnsupportedParameterError', parameter }))
    bodyOf(request, context('m', true))
    expect(warnings).toEqual([expect.stringContaining(parameter)])
  })

  test('`tool_choice: none` offers nothing', () => {
    expect(bodyOf({ tools: [tool], tool_choice: 'none' })).not.toHaveProperty('tools')
    expect(bodyOf({ tools: [tool], tool_choice: 'auto' })['tools']).toEqual([tool])
  })

  test('text and images of one message keep their order', () => {
    const image = (data: string) => ({
      type: 'image_url' as const,
      image_url: { url: `data:image/png;base64,${data}` },
    })
    const content = [
      image('AA'),
      { type: 'text' as const, text: 'one' },
      image('BB'),
      { type: 'text' as const, text: 'two' },
      image('CC'),
    ]
    expect(bodyOf({ messages: [{ role: 'user', content }] })['messages']).toEqual([
      { role: 'user', content: 'one', images: ['AA'] },
      { role: 'user', content: 'two', images: ['BB', 'CC'] },
    ])
    expect(bodyOf({ messages: [{ role: 'user', content: [image('AA')] }] })['messages']).toEqual([
      { role: 'user', content: '', images: ['AA'] },
    ])
  })

  test.each([
    ['iVBORw0KGgoAAA', 'image/png'],
    ['/9j/4AAQ', 'image/jpeg'],
    ['R0lGODlh', 'image/gif'],
    ['UklGRh4A', 'image/webp'],
  ])('an image that begins with %s is %s', (data, type) => {
    const { messages } = codec.decodeRequest({ model: 'm', messages: [{ role: 'user', content: '', images: [data] }] })
    expect(messages[0]?.content).toEqual([{ type: 'image_url', image_url: { url: `data:${type};base64,${data}` } }])
  })

  test('results without an id belong to the oldest call of their name', () => {
    const call = (name: string, at: number) => ({ function: { name, arguments: { at } } })
    const wire = {
      model: 'qwen3',
      stream: false,
      messages: [
        { role: 'assistant', content: '', tool_calls: [call('f', 1), call('g', 2), call('f', 3)] },
        { role: 'tool', content: 'g2', tool_name: 'g' },
        { role: 'tool', content: 'f1', tool_name: 'f' },
        { role: 'tool', content: 'f3', tool_name: 'f' },
        { role: 'assistant', content: '', tool_calls: [call('f', 4)] },
        { role: 'tool', content: 'f4', tool_name: 'f' },
      ],
    }
    const request = codec.decodeRequest(wire)
    const named = new Map<string, unknown>()
    for (const message of request.messages) {
      if (message.role === 'assistant')
        for (const made of message.tool_calls ?? [])
          if (made.type === 'function') named.set(made.id, JSON.parse(made.function.arguments).at)
    }
    const results = request.messages.flatMap((message) =>
      message.role === 'tool' ? [[message.content, named.get(message.tool_call_id)]] : [],
    )
    expect(results).toEqual([
      ['g2', 2],
      ['f1', 1],
      ['f3', 3],
      ['f4', 4],
    ])
    expect(named.size).toBe(4)
    expect(codec.encodeRequest(request, context()).body).toEqual(wire)
  })

  test('ids and positions of calls are kept', () => {
    const wire = {
      model: 'qwen3',
      stream: false,
      messages: [
        {
          role: 'assistant',
          content: 'ok',
          thinking: 'Hm.',
          tool_calls: [{ id: 'call_a', function: { index: 0, name: 'f', arguments: { a: 1 } } }],
        },
        { role: 'tool', content: 'r', tool_name: 'f', tool_call_id: 'call_a' },
      ],
    }
    expect(codec.encodeRequest(codec.decodeRequest(wire), context()).body).toEqual(wire)
  })

  test('a conversation of another provider: names of results, arguments that are no object', () => {
    const messages: ChatRequest['messages'] = [
      { role: 'developer', content: 'Be brief.' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'f', arguments: 'not json' } },
          { id: 'b', type: 'function', function: { name: 'g', arguments: '' } },
        ],
      },
      {
        role: 'tool',
        tool_call_id: 'b',
        content: [
          { type: 'text', text: 'x' },
          { type: 'text', text: 'y' },
        ],
      },
    ]
    expect(bodyOf({ messages })['messages']).toEqual([
      { role: 'system', content: 'Be brief.' },
      {
        role: 'assistant',
        content: '',
        tool_calls: [
          { id: 'a', function: { name: 'f', arguments: { input: 'not json' } } },
          { id: 'b', function: { name: 'g', arguments: {} } },
        ],
      },
      { role: 'tool', content: 'x\ny', tool_name: 'g', tool_call_id: 'b' },
    ])
  })
})

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
