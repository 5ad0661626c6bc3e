import { describe, expect, test } from 'vitest'
import type { ChatCompletion } from '../../src/kernel/hub.js'
import { anthropicMessages as codec } from '../../src/protocols/anthropic-messages/index.js'
import { accumulate } from './support/accumulate.js'
import { answer, decodeAll, message } from './support/anthropic-messages.js'

describe('answers that come whole', () => {
  test('every block is read, in order', () => {
    const { choices, usage, service_tier: tier, id, model } = codec.decodeResponse(answer())
    expect({ id, model, tier }).toEqual({ id: 'msg_fixture_1', model: 'claude-sonnet-4-6', tier: 'default' })
    expect(usage).toEqual({
      prompt_tokens: 240,
      completion_tokens: 55,
      total_tokens: 295,
      prompt_tokens_details: { cached_tokens: 200, cache_write_tokens: 30, cache_write_1h_tokens: 18 },
      completion_tokens_details: { reasoning_tokens: 21 },
    })
    const [choice] = choices
    expect(choice?.finish_reason).toBe('tool_calls')
    expect(choice?.native_finish_reason).toBeUndefined()
    expect(choice?.message).toMatchObject({
      content: 'Looking.It is 384,400 km away, as the files say.',
      refusal: null,
      reasoning_content: 'First look it up.',
      thinking_blocks: [
        { type: 'thinking', thinking: 'First look it up.', signature: 'c2lnLW9uZQ==' },
        { type: 'redacted_thinking', data: 'cmVkYWN0ZWQ=' },
      ],
      tool_calls: [
        { id: 'toolu_1', type: 'function', function: { name: 'convert', arguments: '{"km":384400,"to":"mi"}' } },
        { id: 'toolu_2', type: 'function', function: { name: 'note', arguments: '{}' } },
      ],
      annotations: [
        {
          type: 'url_citation',
          url_citation: { url: 'https://example.test/moon', title: 'Moon', start_index: 8, end_index: 29 },
        },
      ],
    })
    expect(choice?.message.blocks?.map(({ type }) => type)).toEqual([
      'thinking',
      'text',
      'raw',
      'raw',
      'text',
      'text',
      'redacted_thinking',
      'tool_call',
      'tool_call',
    ])
  })

  test('what was read is written as it was', () => {
    expect(codec.encodeResponse(codec.decodeResponse(answer()))).toEqual({ ...answer(), stop_details: null })
  })

  test.each([
    ['end_turn', 'stop', undefined],
    ['stop_sequence', 'stop', 'stop_sequence'],
    ['pause_turn', 'stop', 'pause_turn'],
    ['max_tokens', 'length', undefined],
    ['model_context_window_exceeded', 'length', 'model_context_window_exceeded'],
    ['tool_use', 'tool_calls', undefined],
    ['refusal', 'content_filter', undefined],
    ['constructor', 'stop', 'constructor'],
    [null, 'stop', undefined],
  ])('stop reason %s is %s', (wire, finish, native) => {
    const completion = codec.decodeResponse({ type: 'message', content: [], stop_reason: wire })
    expect(completion.choices[0]?.finish_reason).toBe(finish)
    expect(completion.choices[0]?.native_finish_reason).toBe(native)
    const known = wire !== null && wire !== 'constructor'
    expect(codec.encodeResponse(completion).stop_reason).toBe(known ? wire : 'end_turn')
  })

  test('a refusal carries its explanation and its category', () => {
    const details = { type: 'refusal', category: 'cyber', explanation: 'Not this.' }
    const wire = { id: 'm', type: 'message', role: 'assistant', model: 'c', content: [], stop_reason: 'refusal' }
    const completion = codec.decodeResponse({ ...wire, stop_details: details })
    expect(completion.choices[0]).toMatchObject({ finish_reason: 'content_filter', message: { refusal: 'Not this.' } })
    expect(codec.encodeResponse(completion)).toMatchObject({ stop_reason: 'refusal', stop_details: details })
    const chunks = decodeAll([
      { data: { type: 'message_start', message: { id: 'm', model: 'c' } } },
      { data: { type: 'message_delta', delta: { stop_reason: 'refusal', stop_details: details } } },
      { data: { type: 'message_stop' } },
    ])
    expect(accumulate(chunks)).toEqual(completion)
    const encoder = codec.createStreamEncoder()
    const events = [...chunks.flatMap((chunk) => encoder.push(chunk)), ...encoder.end()]
    expect(accumulate(decodeAll(events)).choices).toEqual(completion.choices)
  })

  test('a plain answer has no blocks, and its tool calls have no extra fields', () => {
    const plain = message({
      content: [
        { type: 'thinking', thinking: 't', signature: 's' },
        { type: 'text', text: 'x', citations: null },
        { type: 'tool_use', id: 'a', name: 'f', input: {}, caller: { type: 'direct' } },
      ],
    })
    expect(plain).not.toHaveProperty('blocks')
  })

  test('a tool input that is no object keeps its text both ways', () => {
    for (const text of ['{"city": "Par', '[1]', '"word"', '7']) {
      const completion: ChatCompletion = {
        id: 'm',
        object: 'chat.completion',
        created: 0,
        model: 'c',
        choices: [
          {
            index: 0,
            finish_reason: 'tool_calls',
            logprobs: null,
            message: {
              role: 'assistant',
              content: null,
              refusal: null,
              tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: text } }],
            },
          },
        ],
      }
      const wire = codec.encodeResponse(completion)
      expect(wire.content).toEqual([{ type: 'tool_use', id: 'a', name: 'f', input: { INVALID_JSON: text } }])
      expect(codec.decodeResponse(wire).choices).toEqual(completion.choices)
    }
  })

  test.each([
    ['null', null],
    ['an array', []],
    ['a string', 'secret words'],
    ['another object', { said: 'secret words' }],
  ])('%s is a StreamError that shows nothing of it', (_name, wire) => {
    for (const content of [true, false]) {
      expect(() => codec.decodeResponse(wire, { content })).toThrow(
        expect.objectContaining({ name: 'StreamError', message: expect.not.stringContaining('secret') as string }),
      )
    }
  })

  test('an input nested deeper than the stack is a StreamError', () => {
    const deep = JSON.parse(`{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`) as unknown
    const wire = { type: 'message', content: [{ type: 'tool_use', id: 'a', name: 'f', input: deep }] }
    expect(() => codec.decodeResponse(wire)).toThrow(expect.objectContaining({ name: 'StreamError' }))
    expect(codec.decodeResponse(wire, { content: false }).choices).toHaveLength(1)
  })

  test('without content nothing of the message is read', () => {
    const trap = new Proxy(
      {},
      {
        get: () => {
          throw new Error('content was read')
        },
      },
    )
    const wire = { ...answer(), content: [trap] }
    expect(codec.decodeResponse(wire, { content: false }).choices[0]?.message).toEqual({
      role: 'assistant',
      content: null,
      refusal: null,
    })
  })
})
