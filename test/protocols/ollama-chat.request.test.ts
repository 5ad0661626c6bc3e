import { describe, expect, test } from 'vitest'
import type { ChatRequest } from '../../src/kernel/hub.js'
import type { EncodeContext, JsonObject } from '../../src/kernel/protocol.js'
import { ollamaChat as codec } from '../../src/protocols/ollama-chat/index.js'

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
        tool_calls: [
          { id: 'a', function: { name: 'f', arguments: { input: 'not json' } } },
          { id: 'b', function: { name: 'g', arguments: {} } },
        ],
      },
      { role: 'tool', content: 'x\ny', tool_name: 'g', tool_call_id: 'b' },
    ])
  })

  test('results go back as they were named, whether by function, by id, or by nothing but their place', () => {
    const call = (name: string, id?: string) => ({ ...(id && { id }), function: { name, arguments: {} } })
    const wire = {
      model: 'm',
      stream: false,
      messages: [
        { role: 'user', content: 'x' },
        { role: 'assistant', tool_calls: [call('f', 'call_1'), call('g', 'call_2'), call('h', 'call_3')] },
        { role: 'tool', content: '1', tool_name: 'f' },
        { role: 'tool', content: '2', tool_name: 'g', tool_call_id: 'call_2' },
        { role: 'tool', content: '3', tool_call_id: 'call_3' },
        { role: 'assistant', content: '', tool_calls: [call('f'), call('g')] },
        { role: 'tool', content: '4', name: 'g' },
        { role: 'tool', content: '5' },
        { role: 'tool', content: '6', tool_name: 'of a call that is gone' },
      ],
    }
    const hub = codec.decodeRequest(wire)
    expect(hub.messages.flatMap((message) => (message.role === 'tool' ? [message.tool_call_id] : []))).toEqual([
      'call_1',
      'call_2',
      'call_3',
      'unnamed_call_4',
      'unnamed_call_3',
    ])
    expect(bodyOf(hub)['messages']).toEqual(wire.messages)
  })
})
