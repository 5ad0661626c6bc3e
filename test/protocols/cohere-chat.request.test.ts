import { describe, expect, test } from 'vitest'
import { UnsupportedParameterError } from '../../src/kernel/errors.js'
import type { AssistantMessage, ChatRequest } from '../../src/kernel/hub.js'
import type { EncodeContext, JsonObject } from '../../src/kernel/protocol.js'
import { cohereChat as codec } from '../../src/protocols/cohere-chat/index.js'

let warnings: string[] = []
function context(dropUnsupported = false): EncodeContext {
  warnings = []
  return {
    provider: 'cohere',
    model: 'command-a-03-2025',
    quirks: {},
    dropUnsupported,
    warn: (message) => warnings.push(message),
  }
}

function bodyOf(request: Partial<ChatRequest>, dropUnsupported = false): JsonObject {
  return codec.encodeRequest({ model: 'm', messages: [], ...request }, context(dropUnsupported)).body
}

const tool = (name: string) => ({
  type: 'function' as const,
  function: { name, parameters: { type: 'object', properties: {} } },
})

describe('requests', () => {
  test('every setting has its field', () => {
    const body = bodyOf({
      max_completion_tokens: 10,
      stop: 'END',
      top_k: 3,
      top_p: 0.5,
      seed: 1,
      temperature: 0.2,
      frequency_penalty: 0.1,
      presence_penalty: 0.2,
      logprobs: true,
      reasoning_effort: 'low',
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } },
      stream: true,
      stream_options: { include_usage: true },
    })
    expect(body).toEqual({
      model: 'command-a-03-2025',
      messages: [],
      max_tokens: 10,
      stop_sequences: ['END'],
      k: 3,
      p: 0.5,
      seed: 1,
      temperature: 0.2,
      frequency_penalty: 0.1,
      presence_penalty: 0.2,
      logprobs: true,
      thinking: { type: 'enabled', token_budget: 1024 },
      response_format: { type: 'json_object', json_schema: { type: 'object' } },
      stream: true,
    })
    expect(warnings).toEqual([])
  })

  test('a named function is required by offering it alone', () => {
    const body = bodyOf({ tools: [tool('a'), tool('b')], tool_choice: { type: 'function', function: { name: 'b' } } })
    expect(body).toMatchObject({ tools: [tool('b')], tool_choice: 'REQUIRED' })
    const allowed = {
      type: 'allowed_tools' as const,
      allowed_tools: { mode: 'auto' as const, tools: [{ type: 'function', function: { name: 'a' } }] },
    }
    expect(bodyOf({ tools: [tool('a'), tool('b')], tool_choice: allowed })).toMatchObject({ tools: [tool('a')] })
    expect(bodyOf({ tools: [tool('a')], tool_choice: allowed })).not.toHaveProperty('tool_choice')
    expect(bodyOf({ tools: [tool('a')], tool_choice: 'none' })).toMatchObject({ tool_choice: 'NONE' })
  })

  test('strict functions', () => {
    const strict = { type: 'function' as const, function: { ...tool('a').function, strict: true } }
    const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
    const held = { type: 'function' as const, function: { name: 'c', parameters, strict: true } }
    expect(bodyOf({ tools: [held] })).toMatchObject({ strict_tools: true, tools: [{ function: { parameters } }] })
    expect(warnings).toEqual([])
    // It is said of all functions of a request.
    const mixed = bodyOf({ tools: [held, tool('b')] })
    expect(mixed).not.toHaveProperty('strict_tools')
    expect(warnings).toEqual([expect.stringContaining('b is not strict')])
    expect(codec.decodeRequest({ model: 'm', messages: [], strict_tools: true, tools: [tool('a')] }).tools).toEqual([
      strict,
    ])
    const off = codec.decodeRequest({ model: 'm', messages: [], strict_tools: false, tools: [tool('a')] })
    expect(codec.encodeRequest(off, context()).body).toMatchObject({ strict_tools: false })
  })

  test('fields of the format pass, from a caller or from the wire', () => {
    const own = {
      documents: ['text', { id: 'd', data: { text: 't' } }],
      citation_options: { mode: 'FAST' },
      safety_mode: 'OFF',
      priority: 3,
    }
    expect(bodyOf(own as Partial<ChatRequest>)).toMatchObject(own)
    const decoded = codec.decodeRequest({ model: 'm', messages: [{ role: 'user', content: 'q' }], ...own })
    expect(decoded.raw).toEqual({ protocol: 'cohere-chat', value: own })
    expect(codec.encodeRequest(decoded, context()).body).toMatchObject(own)
    expect(bodyOf({ extra_body: { safety_mode: 'STRICT' } })).toMatchObject({ safety_mode: 'STRICT' })
  })

  test.each([
    ['n', { n: 2 }],
    ['logit_bias', { logit_bias: { 5: 1 } }],
    ['top_logprobs', { top_logprobs: 2 }],
    ['parallel_tool_calls', { parallel_tool_calls: false }],
    ['custom tools', { tools: [{ type: 'custom', custom: { name: 'c' } }] }],
    [
      'file parts in user messages',
      { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }] },
    ],
    [
      'a tool of openai-responses',
      { tools: [{ type: 'raw', protocol: 'openai-responses', value: { type: 'web_search' } }] },
    ],
    ['reasoning_effort', { reasoning_effort: 'extreme' }],
  ] as [string, Partial<ChatRequest>][])('%s cannot be said: an error, or a warning', (parameter, request) => {
    expect(() => bodyOf(request)).toThrow(expect.objectContaining({ name: 'UnsupportedParameterError', parameter }))
    bodyOf(request, true)
    expect(warnings).toEqual([expect.stringContaining(parameter)])
  })

  test('values without effect pass without a warning', () => {
    bodyOf({
      n: 1,
      parallel_tool_calls: true,
      logit_bias: {},
      top_logprobs: 0,
      modalities: ['text'],
      store: false,
      user: undefined as never,
    })
    expect(warnings).toEqual([])
    expect(() => bodyOf({ n: 2 })).toThrow(UnsupportedParameterError)
  })

  test('an answer goes back as history with plan, thinking, calls and citations as they were', () => {
    const message = {
      role: 'assistant',
      tool_plan: 'I will look.',
      content: [
        { type: 'thinking', thinking: 'Hm.' },
        { type: 'text', text: 'It is a cat.' },
      ],
      tool_calls: [{ id: 'c', type: 'function', function: { name: 'look', arguments: '{}' } }],
      citations: [
        {
          start: 8,
          end: 11,
          text: 'cat',
          sources: [{ type: 'tool', id: 'c:0', tool_output: { text: 'cat' } }],
          content_index: 1,
          type: 'TEXT_CONTENT',
        },
        { start: 0, end: 2, text: 'Hm', sources: [], content_index: 0, type: 'THINKING_CONTENT' },
        { start: 7, end: 11, text: 'look', sources: [], type: 'PLAN' },
      ],
    }
    const { choices } = codec.decodeResponse({ id: 'x', finish_reason: 'TOOL_CALL', message })
    const history = choices[0]!.message as AssistantMessage
    expect(history.reasoning_content).toBe('Hm.I will look.')
    const [written] = bodyOf({ messages: [history] })['messages'] as JsonObject[]
    const { citations, ...rest } = written!
    const { citations: recorded, ...expected } = message
    expect(rest).toEqual(expected)
    // In the order of what they stand on.
    expect(citations).toEqual([recorded[1], recorded[0], recorded[2]])
  })

  test('a changed message is written from what the caller changed it to', () => {
    const { choices } = codec.decodeResponse({
      message: {
        content: [{ type: 'text', text: 'One.' }],
        citations: [{ start: 0, end: 3, text: 'One', sources: [{ type: 'document', id: 'd' }] }],
      },
    })
    expect(bodyOf({ messages: [{ ...choices[0]!.message, content: 'Two.' }] })['messages']).toEqual([
      { role: 'assistant', content: 'Two.' },
    ])
  })

  test('results of the old function form are numbered', () => {
    const messages: ChatRequest['messages'] = [
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
      { role: 'function', name: 'f', content: 'r' },
    ]
    expect(bodyOf({ messages })['messages']).toEqual([
      {
        role: 'assistant',
        tool_calls: [{ id: 'function_call_0', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'function_call_0', content: 'r' },
    ])
  })

  test('a schema under the older name of its field is read, and goes back under it', () => {
    const wire = { model: 'm', messages: [], response_format: { type: 'json_object', schema: { type: 'object' } } }
    const request = codec.decodeRequest(wire)
    expect(request.response_format).toMatchObject({ type: 'json_schema', json_schema: { schema: { type: 'object' } } })
    expect(
      codec.encodeRequest(request, { provider: 'p', model: 'm', quirks: {}, dropUnsupported: false, warn: () => {} })
        .body,
    ).toEqual(wire)
  })
})
