/** What an answer of the Messages API says beside its content, whole and streamed. */
import { describe, expect, test } from 'vitest'
import { createChatAccumulator } from '../../src/kernel/accumulate.js'
import type { ChatCompletion } from '../../src/kernel/hub.js'
import type { JsonObject, WireEvent } from '../../src/kernel/protocol.js'
import { anthropicMessages as codec } from '../../src/protocols/anthropic-messages/index.js'
import { decodeAll } from './support/anthropic-messages.js'

const usage = {
  input_tokens: 10,
  output_tokens: 5,
  cache_read_input_tokens: 2,
  cache_creation_input_tokens: 7,
  cache_creation: { ephemeral_5m_input_tokens: 4, ephemeral_1h_input_tokens: 3 },
  server_tool_use: { web_search_requests: 2, web_fetch_requests: 1 },
  output_tokens_details: { thinking_tokens: 1 },
  service_tier: 'batch',
  inference_geo: 'us',
  iterations: [{ type: 'compaction', input_tokens: 4, output_tokens: 1 }],
}
const container = { id: 'container_1', expires_at: '2026-01-01T00:00:00Z', skills: null }
const edits = {
  applied_edits: [{ type: 'clear_thinking_20251015', cleared_input_tokens: 9, cleared_thinking_turns: 1 }],
}
const head = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-opus-4-8' }
const whole: JsonObject = {
  ...head,
  content: [{ type: 'text', text: 'a' }],
  stop_reason: 'stop_sequence',
  stop_sequence: 'END',
  stop_details: null,
  container,
  context_management: edits,
  diagnostics: { cache_miss_reason: { type: 'unavailable' } },
  input_transformations: [{ type: 'thinking_dropped', path: 'messages.0', reason: 'model_binding_mismatch' }],
  usage,
}

const events: WireEvent[] = [
  {
    data: {
      type: 'message_start',
      message: { ...head, content: [], diagnostics: whole.diagnostics, usage: { ...usage, output_tokens: 1 } },
    },
  },
  { data: { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } } },
  { data: { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'a' } } },
  { data: { type: 'content_block_stop', index: 0 } },
  {
    data: {
      type: 'message_delta',
      delta: { stop_reason: 'stop_sequence', stop_sequence: 'END', container },
      context_management: edits,
      input_transformations: whole.input_transformations,
      usage: { output_tokens: 5, cache_creation_input_tokens: null },
    },
  },
  { data: { type: 'message_stop' } },
]

function streamed(list: readonly WireEvent[]): ChatCompletion {
  const accumulator = createChatAccumulator()
  for (const chunk of decodeAll(list)) accumulator.push(chunk)
  return accumulator.result()
}

describe('beside the content', () => {
  test('counts of server tools and of cache writes, and the rest of the usage', () => {
    const completion = codec.decodeResponse(whole)
    expect(completion.usage).toEqual({
      prompt_tokens: 19,
      completion_tokens: 5,
      total_tokens: 24,
      prompt_tokens_details: { cached_tokens: 2, cache_write_tokens: 7, cache_write_1h_tokens: 3 },
      completion_tokens_details: { reasoning_tokens: 1 },
      server_tool_use: { web_search_requests: 2, web_fetch_requests: 1 },
    })
    expect(completion.raw?.value['usage']).toEqual({
      service_tier: 'batch',
      inference_geo: 'us',
      iterations: usage.iterations,
    })
  })

  test('an answer is written as it was read', () => {
    expect(codec.encodeResponse(codec.decodeResponse(whole))).toEqual(whole)
  })

  test('a stream has the same as the answer, and nothing is lost when it is written again', () => {
    expect(streamed(events)).toEqual(codec.decodeResponse(whole))
    const encoder = codec.createStreamEncoder()
    const again = [...decodeAll(events).flatMap((chunk) => encoder.push(chunk)), ...encoder.end()]
    expect(streamed(again)).toEqual(codec.decodeResponse(whole))
  })

  test('without content no text of the caller is read', () => {
    const { raw } = codec.decodeResponse(whole, { content: false })
    expect(raw?.value).not.toHaveProperty('stop_sequence')
    expect(raw?.value).toHaveProperty('container', container)
  })

  test('an answer without extra fields has no raw form', () => {
    const plain = { ...head, content: [], stop_reason: 'end_turn', usage: { input_tokens: 1, output_tokens: 1 } }
    const said = { ...plain.usage, service_tier: 'standard', inference_geo: 'not_available', speed: null }
    expect(codec.decodeResponse({ ...plain, container: null, usage: said })).not.toHaveProperty('raw')
  })

  test('cache writes that are given by lifetime alone are added up', () => {
    const { cache_creation_input_tokens: _sum, ...counts } = usage
    const { prompt_tokens_details: details } = codec.decodeResponse({ ...whole, usage: counts }).usage ?? {}
    expect(details).toMatchObject({ cache_write_tokens: 7, cache_write_1h_tokens: 3 })
  })

  test.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['pause_turn', 'stop'],
    ['compaction', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['tool_use', 'tool_calls'],
    ['refusal', 'content_filter'],
  ])('stop reason %s is %s and goes back as it was', (reason, finish) => {
    const completion = codec.decodeResponse({ ...whole, stop_reason: reason })
    expect(completion.choices[0]?.finish_reason).toBe(finish)
    expect(codec.encodeResponse(completion)['stop_reason']).toBe(reason)
  })
})

describe('a message that comes whole in its start', () => {
  const caller = { type: 'code_execution_20250825', tool_id: 'srvtoolu_1' }
  const content = [
    { type: 'thinking', thinking: 'hm', signature: 's' },
    { type: 'text', text: 'on it' },
    { type: 'tool_use', id: 'toolu_1', name: 'roll', input: { player: 'a' }, caller },
  ]
  const message = { ...head, content, stop_reason: 'tool_use', stop_sequence: null, usage: { input_tokens: 0 } }

  test('its blocks and its stop reason count', () => {
    const completion = streamed([{ data: { type: 'message_start', message } }, { data: { type: 'message_stop' } }])
    expect(completion).toEqual(codec.decodeResponse(message))
    expect(completion.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { content: 'on it', tool_calls: [{ id: 'toolu_1', function: { arguments: '{"player":"a"}' } }] },
    })
  })

  test('a stop reason of the end wins over one of the start', () => {
    const completion = streamed([
      { data: { type: 'message_start', message } },
      { data: { type: 'message_delta', delta: { stop_reason: 'max_tokens' } } },
      { data: { type: 'message_stop' } },
    ])
    expect(completion.choices[0]?.finish_reason).toBe('length')
  })
})

describe('speakers that are not Anthropic', () => {
  test('an answer that is its text', () => {
    const completion = codec.decodeResponse({ ...head, content: 'a', stop_reason: 'end_turn' })
    expect(completion.choices[0]?.message.content).toBe('a')
  })

  test('the input of a tool as the text of an object', () => {
    const use = { type: 'tool_use', id: 'a', name: 'f', input: '{"a":"\\"q\\""}' }
    const [call] = codec.decodeResponse({ ...head, content: [use] }).choices[0]?.message.tool_calls ?? []
    expect(call).toMatchObject({ function: { arguments: use.input } })
  })
})
