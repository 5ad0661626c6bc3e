import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { ChatCompletion, Usage } from '../../src/kernel/hub.js'
import { parseJson } from '../../src/kernel/json.js'
import { createSseParser } from '../../src/kernel/sse.js'
import { openaiChat } from '../../src/protocols/openai-chat/index.js'
import { readUsage } from '../../src/protocols/openai-chat/usage.js'
import { accumulate } from './support/accumulate.js'

function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/openai-chat/${name}`, import.meta.url), 'utf8')
}

function payloads(name: string): unknown[] {
  const parser = createSseParser()
  const events = [...parser.push(new TextEncoder().encode(fixture(name))), ...parser.end()]
  return events.map(({ data }) => (data === '[DONE]' ? data : parseJson(data)))
}

function streamed(events: readonly unknown[]): ChatCompletion {
  const decoder = openaiChat.createStreamDecoder()
  return accumulate(events.flatMap((event) => [...decoder.push(event)]))
}

function chunk(delta: unknown, more: object = {}): Record<string, unknown> {
  return {
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: null, ...more }],
  }
}

function answer(message: object, more: object = {}): Record<string, unknown> {
  return {
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: null, refusal: null, ...message },
        logprobs: null,
        finish_reason: 'stop',
        ...more,
      },
    ],
  }
}

function messageOf(wire: unknown): ChatCompletion['choices'][number]['message'] {
  return openaiChat.decodeResponse(wire).choices[0]!.message
}

describe('what has the hub’s shape is returned itself', () => {
  test('an answer', () => {
    const wire: unknown = JSON.parse(fixture('chat.json'))
    expect(openaiChat.decodeResponse(wire)).toBe(wire)
  })

  test.each(['chat.sse', 'tools.sse'])('every chunk of %s', (name) => {
    const decoder = openaiChat.createStreamDecoder()
    for (const event of payloads(name)) {
      const chunks = decoder.push(event)
      if (event === '[DONE]') expect(chunks).toEqual([])
      else {
        expect(chunks).toHaveLength(1)
        expect(chunks[0]).toBe(event)
      }
    }
    expect(decoder.done).toBe(true)
  })

  test('a request', () => {
    const wire = { model: 'm', messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }], x_unknown: 1 }
    expect(openaiChat.decodeRequest(wire)).toBe(wire)
  })
})

describe('streams', () => {
  test('text, its end and usage after it', () => {
    const completion = streamed(payloads('chat.sse'))
    expect(completion.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'Grüß dich 👋' } })
    expect(completion.usage?.total_tokens).toBe(12)
  })

  test('two tool calls whose arguments interleave', () => {
    expect(streamed(payloads('tools.sse')).choices[0]!.message.tool_calls).toEqual([
      { id: 'call_a', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
      { id: 'call_b', type: 'function', function: { name: 'time', arguments: '{}' } },
    ])
  })

  test('is done without `[DONE]` once every choice has finished, and not before', () => {
    const decoder = openaiChat.createStreamDecoder()
    decoder.push({
      ...chunk({}),
      choices: [0, 1].map((index) => ({ index, delta: { content: 'a' }, finish_reason: null })),
    })
    decoder.push(chunk({}, { finish_reason: 'stop' }))
    expect(decoder.done).toBe(false)
    decoder.push(chunk({}, { index: 1, finish_reason: 'length' }))
    expect(decoder.done).toBe(true)
  })

  test('a choice that never says why it stopped is finished by `[DONE]`', () => {
    expect(streamed([chunk({ content: 'a' }), '[DONE]']).choices[0]!.finish_reason).toBe('stop')
    const call = { index: 0, id: 'x', type: 'function', function: { name: 'f', arguments: '{}' } }
    expect(streamed([chunk({ tool_calls: [call] }), '[DONE]']).choices[0]!.finish_reason).toBe('tool_calls')
  })

  test('calls without a number, with one number for all, with their name repeated, and with objects for arguments', () => {
    const f = (name: string, input: unknown) => ({ name, arguments: input })
    const unnumbered = streamed([
      chunk({
        tool_calls: [
          { id: 'a', function: f('x', '{}') },
          { id: 'b', function: f('y', { k: 1 }) },
        ],
      }),
    ])
    expect(unnumbered.choices[0]!.message.tool_calls).toEqual([
      { id: 'a', type: 'function', function: f('x', '{}') },
      { id: 'b', type: 'function', function: f('y', '{"k":1}') },
    ])
    const same = streamed([
      chunk({ tool_calls: [{ index: 0, id: 'a', function: f('x', '{"p":') }] }),
      chunk({ tool_calls: [{ index: 0, id: 'a', function: f('x', '1}') }] }),
      chunk({ tool_calls: [{ index: 0, id: 'b', function: f('y', '{"q":') }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '2}' } }] }),
    ])
    expect(same.choices[0]!.message.tool_calls?.map((call) => call.type === 'function' && call.function)).toEqual([
      f('x', '{"p":1}'),
      f('y', '{"q":2}'),
    ])
    const nameless = streamed([chunk({ tool_calls: [{ index: 0, function: f('x', '{}') }] })])
    expect(nameless.choices[0]!.message.tool_calls?.[0]?.id).toBe('call_0')
  })

  test('a custom tool’s call, a legacy function call and audio', () => {
    const custom = streamed([
      chunk({ tool_calls: [{ index: 0, id: 'a', type: 'custom', custom: { name: 'sql', input: 'select' } }] }),
      chunk({ tool_calls: [{ index: 0, custom: { input: ' 1' } }] }),
    ])
    expect(custom.choices[0]!.message.tool_calls).toEqual([
      { id: 'a', type: 'custom', custom: { name: 'sql', input: 'select 1' } },
    ])
    const legacy = streamed([
      chunk({ function_call: { name: 'f', arguments: '{' } }),
      chunk({ function_call: { arguments: '}' } }, { finish_reason: 'function_call' }),
    ])
    expect(legacy.choices[0]).toMatchObject({
      finish_reason: 'function_call',
      message: { function_call: { name: 'f', arguments: '{}' } },
    })
    const spoken = streamed([
      chunk({ audio: { id: 'au', transcript: 'he' } }),
      chunk({ audio: { data: 'AA==', transcript: 'llo', expires_at: 9 } }),
    ])
    expect(spoken.choices[0]!.message.audio).toEqual({ id: 'au', data: 'AA==', transcript: 'hello', expires_at: 9 })
  })

  test('an error inside is a ProviderError with its status, also in a choice or as a reason to stop', () => {
    const error = { message: 'Upstream failed', code: 502 }
    const push = (event: unknown, name?: string) => () => openaiChat.createStreamDecoder().push(event, name)
    expect(push({ error })).toThrow(
      expect.objectContaining({ name: 'ProviderError', message: 'Upstream failed', status: 502, isRetryable: true }),
    )
    expect(push(chunk({}, { error }))).toThrow(expect.objectContaining({ name: 'ProviderError', status: 502 }))
    expect(push({ message: 'over' }, 'error')).toThrow(
      expect.objectContaining({ name: 'ProviderError', message: 'over' }),
    )
    expect(push(chunk({}, { finish_reason: 'error' }))).toThrow(
      expect.objectContaining({ name: 'ProviderError', isRetryable: true }),
    )
    expect(push({ error: { message: 'bad key', code: '401' } })).toThrow(
      expect.objectContaining({ status: 401, isRetryable: false }),
    )
  })

  test.each([['text'], [7], [null], [[]], [{ choices: {} }], [{ choices: [null] }]])(
    'a chunk that is none is a StreamError: %j',
    (event) => {
      expect(() => openaiChat.createStreamDecoder().push(event)).toThrow(
        expect.objectContaining({ name: 'StreamError' }),
      )
    },
  )

  test('without content, chunks that bring nothing but text give no chunk', () => {
    const decoder = openaiChat.createStreamDecoder({ content: false })
    const counts = payloads('chat.sse').map((event) => decoder.push(event).length)
    expect(counts).toEqual([1, 0, 0, 1, 1, 0])
    expect(decoder.done).toBe(true)
  })
})

describe('dialects of answers', () => {
  test('reasoning under its several names, with the signature where there is one', () => {
    expect(messageOf(answer({ content: 'a', reasoning: 'because' }))).toMatchObject({
      content: 'a',
      reasoning_content: 'because',
    })
    expect(
      messageOf(
        answer({
          content: [
            { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
            { type: 'text', text: 'a' },
          ],
        }),
      ),
    ).toMatchObject({
      content: 'a',
      reasoning_content: 'hm',
    })
    const details = [
      { type: 'reasoning.text', text: 'so', signature: 'sig', format: 'anthropic-claude-v1' },
      { type: 'reasoning.encrypted', data: 'xx', format: 'anthropic-claude-v1' },
      { type: 'reasoning.encrypted', data: 'yy', format: 'openai-responses-v1' },
    ]
    const message = messageOf(answer({ content: 'a', reasoning: 'so', reasoning_details: details }))
    expect(message.thinking_blocks).toEqual([
      { type: 'thinking', thinking: 'so', signature: 'sig' },
      { type: 'redacted_thinking', data: 'xx' },
    ])
    expect(message).toHaveProperty('reasoning_details', details)
  })

  test.each([
    ['eos', 'stop'],
    ['end_turn', 'stop'],
    ['STOP', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['model_length', 'length'],
    ['tool_use', 'tool_calls'],
    ['sensitive', 'content_filter'],
    ['something new', 'stop'],
  ])('finish reason %s is %s, and the word stays', (word, reason) => {
    expect(openaiChat.decodeResponse(answer({ content: 'a' }, { finish_reason: word })).choices[0]).toMatchObject({
      finish_reason: reason,
      native_finish_reason: word,
    })
    expect(streamed([chunk({ content: 'a' }, { finish_reason: word })]).choices[0]).toMatchObject({
      finish_reason: reason,
      native_finish_reason: word,
    })
  })

  test('no finish reason: what the message shows', () => {
    const call = { id: 'a', type: 'function', function: { name: 'f', arguments: { k: 1 } } }
    const read = openaiChat.decodeResponse(answer({ tool_calls: [call] }, { finish_reason: null }))
    expect(read.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { tool_calls: [{ ...call, function: { name: 'f', arguments: '{"k":1}' } }] },
    })
  })

  test('missing fields are filled, `null` lists and empty values of typed servers disappear', () => {
    const read = openaiChat.decodeResponse({
      choices: [
        {
          message: {
            content: 'a',
            tool_calls: null,
            annotations: null,
            refusal: '',
            audio: { id: '', data: '' },
            function_call: { name: '', arguments: '' },
          },
        },
      ],
    })
    expect(read).toEqual({
      id: '',
      object: 'chat.completion',
      created: 0,
      model: '',
      choices: [
        {
          index: 0,
          finish_reason: 'stop',
          logprobs: null,
          message: { role: 'assistant', content: 'a', refusal: null },
        },
      ],
    })
  })

  test('fields that nobody knows stay', () => {
    const read = openaiChat.decodeResponse({
      ...answer({ content: 'a', reasoning: 'r', executed_tools: [1] }),
      citations: ['u'],
    })
    expect(read).toHaveProperty('citations', ['u'])
    expect(read.choices[0]!.message).toHaveProperty('executed_tools', [1])
  })

  test('an error in place of an answer, and anything else that is none', () => {
    expect(() => openaiChat.decodeResponse({ error: { message: 'no', code: 429 } })).toThrow(
      expect.objectContaining({ name: 'ProviderError', status: 429 }),
    )
    expect(() => openaiChat.decodeResponse({ object: 'error', message: 'no model' })).toThrow(
      expect.objectContaining({ name: 'ProviderError', message: 'no model' }),
    )
    for (const wire of [null, 'text', [], {}, { choices: 1 }, { choices: [1] }]) {
      expect(() => openaiChat.decodeResponse(wire)).toThrow(expect.objectContaining({ name: 'StreamError' }))
    }
  })
})

describe('usage', () => {
  const plain = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
  const cases: [string, object, Partial<Usage>][] = [
    [
      'DeepSeek’s cache',
      { ...plain, prompt_cache_hit_tokens: 4, prompt_cache_miss_tokens: 6 },
      { prompt_tokens_details: { cached_tokens: 4 } },
    ],
    ['cached tokens at the top', { ...plain, cached_tokens: 4 }, { prompt_tokens_details: { cached_tokens: 4 } }],
    ['no total', { prompt_tokens: 10, completion_tokens: 5 }, plain],
    ['`null` details', { ...plain, prompt_tokens_details: null }, plain],
    [
      'thinking outside the completion',
      { ...plain, total_tokens: 115, completion_tokens_details: { reasoning_tokens: 100 } },
      { completion_tokens: 105, total_tokens: 115, completion_tokens_details: { reasoning_tokens: 100 } },
    ],
    ['thinking in the total alone', { ...plain, total_tokens: 40 }, { completion_tokens: 30, total_tokens: 40 }],
    ['xAI’s ticks', { ...plain, cost_in_usd_ticks: 1_777_000 }, { cost: 0.0001777 }],
    [
      'a cost whose details repeat it',
      { ...plain, cost: 0.2, cached_tokens: 1, is_byok: false, cost_details: { upstream_inference_cost: 0.2 } },
      { cost: 0.2 },
    ],
    [
      'OpenRouter’s fee on a key of one’s own',
      { ...plain, cost: 0.01, is_byok: true, cost_details: { upstream_inference_cost: 0.2 } },
      { cost: 0.21000000000000002 },
    ],
  ]
  test.each(cases)('%s', (_name, wire, expected) => {
    expect(readUsage(wire)).toMatchObject({ prompt_tokens: 10, ...expected })
  })

  test('a usage of the hub is not copied, and anything else is no usage', () => {
    expect(readUsage(plain)).toBe(plain)
    expect(readUsage({ queue_time: 1 })).toBeUndefined()
    expect(readUsage(null)).toBeUndefined()
  })

  test.each([
    [
      'on the finish chunk',
      [chunk({ content: 'a' }, { finish_reason: 'stop' })].map((one) => ({ ...one, usage: plain })),
    ],
    [
      'in x_groq',
      [{ ...chunk({}, { finish_reason: 'stop' }), x_groq: { id: 'r', usage: { ...plain, queue_time: 1 } } }],
    ],
    ['in the choice', [chunk({}, { finish_reason: 'stop', usage: plain })]],
    ['on a chunk without choices', [chunk({ content: 'a' }), { usage: plain }]],
  ])('of a stream: %s', (_where, events) => {
    expect(streamed(events).usage).toMatchObject(plain)
  })
})

describe('errors', () => {
  test.each<[string, unknown, object]>([
    ['OpenAI’s', JSON.parse(fixture('error-429.json')), { type: 'requests', code: 'rate_limit_exceeded' }],
    ['a text', { error: 'no such model' }, { message: 'no such model' }],
    ['a message', { message: 'no', type: 't' }, { message: 'no', type: 't' }],
    ['a detail', { detail: 'no' }, { message: 'no' }],
    [
      'validation details',
      { detail: [{ loc: ['body'], msg: 'field required', input: 'secret' }] },
      { message: 'field required' },
    ],
    [
      'a list',
      [{ error: { code: 400, message: 'no', status: 'INVALID_ARGUMENT' } }],
      { message: 'no', code: '400', type: 'INVALID_ARGUMENT' },
    ],
  ])('%s', (_name, body, expected) => {
    expect(openaiChat.decodeError(body)).toMatchObject(expected)
  })

  test('shows no key and no long text', () => {
    const long = openaiChat.decodeError({
      error: { message: `Incorrect API key provided: sk-proj-abcdefghijkl. ${'x'.repeat(9000)}` },
    })
    expect(long?.message).toContain('Incorrect API key provided: [key]')
    expect(long?.message.length).toBeLessThan(1100)
  })
})
