import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChatRequest, Message } from '../../src/kernel/hub.js'
import { anthropicMessages as codec } from '../../src/protocols/anthropic-messages/index.js'
import { call, encode, messages } from './support/anthropic-messages.js'

describe('conversation', () => {
  test('path, version header and model', () => {
    const context = { provider: 'p', model: 'claude-x', quirks: {}, dropUnsupported: false, warn: () => undefined }
    const encoded = codec.encodeRequest({ model: 'alias', messages: [{ role: 'user', content: 'hi' }] }, context)
    expect(encoded).toEqual({
      path: '/v1/messages',
      headers: { 'anthropic-version': '2023-06-01' },
      body: { model: 'claude-x', max_tokens: 128_000, messages: [{ role: 'user', content: 'hi' }] },
    })
  })

  test('system and developer messages lead; parts keep their cache_control', () => {
    expect(
      messages([
        { role: 'system', content: 'a' },
        { role: 'user', content: 'b' },
      ]).body.system,
    ).toBe('a')
    const { body } = messages([
      { role: 'system', content: 'a' },
      { role: 'developer', content: [{ type: 'text', text: 'b', cache_control: { type: 'ephemeral', ttl: '1h' } }] },
      { role: 'user', content: 'c' },
    ])
    expect(body.system).toEqual([
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b', cache_control: { type: 'ephemeral', ttl: '1h' } },
    ])
  })

  const midway: Message[] = [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b' },
    { role: 'system', content: 'now short' },
    { role: 'user', content: 'c' },
  ]

  test('a system message in the middle moves to the front for models that refuse it there', () => {
    const { body, warnings } = messages(midway)
    expect(body.system).toBe('now short')
    expect(body.messages).toHaveLength(3)
    expect(warnings).toHaveLength(1)
  })

  test('a system message in the middle stays behind its user turn for models that take it', () => {
    const { body, warnings } = messages(midway, { model: 'claude-opus-4-8' })
    expect(body).not.toHaveProperty('system')
    expect((body.messages as { role: string }[]).map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
      'system',
    ])
    expect(warnings).toEqual([])
  })

  test('user parts: text, images, files, raw', () => {
    const raw = { type: 'search_result', source: 's', title: 't', content: [] }
    const { body } = messages([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'see', cache_control: { type: 'ephemeral' } },
          { type: 'image_url', image_url: { url: 'https://example.test/a.png' } },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          { type: 'file', file: { file_data: 'data:application/pdf;base64,JVBERi0=', filename: 'a.pdf' } },
          { type: 'file', file: { file_data: 'data:text/plain;base64,aMOpIQ==' } },
          { type: 'file', file: { file_id: 'file_1' } },
          { type: 'raw', protocol: 'anthropic-messages', value: raw },
        ],
      },
    ])
    expect(body.messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'see', cache_control: { type: 'ephemeral' } },
          { type: 'image', source: { type: 'url', url: 'https://example.test/a.png' } },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
          {
            type: 'document',
            source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
            title: 'a.pdf',
          },
          { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'hé!' } },
          { type: 'document', source: { type: 'file', file_id: 'file_1' } },
          raw,
        ],
      },
    ])
  })

  test('tool results and what the user says after them are one turn, results first', () => {
    const { body } = messages([
      { role: 'user', content: 'go' },
      { role: 'assistant', content: 'ok', tool_calls: [call, { ...call, id: 'functions.g:1' }] },
      { role: 'user', content: 'and' },
      { role: 'tool', tool_call_id: 'call_1', content: 'one', is_error: true, cache_control: { type: 'ephemeral' } },
      {
        role: 'tool',
        tool_call_id: 'functions.g:1',
        content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } }],
      },
    ])
    expect(body.messages).toEqual([
      { role: 'user', content: 'go' },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'ok' },
          { type: 'tool_use', id: 'call_1', name: 'f', input: { a: 1 } },
          { type: 'tool_use', id: 'functions_2eg_3a1', name: 'f', input: { a: 1 } },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'call_1',
            content: 'one',
            is_error: true,
            cache_control: { type: 'ephemeral' },
          },
          {
            type: 'tool_result',
            tool_use_id: 'functions_2eg_3a1',
            content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA' } }],
          },
          { type: 'text', text: 'and' },
        ],
      },
    ])
  })

  test('assistant history: thinking with its proof, text, calls with broken arguments, the old call form', () => {
    const { body, warnings } = messages([
      { role: 'user', content: 'go' },
      {
        role: 'assistant',
        content: 'x',
        thinking_blocks: [
          { type: 'thinking', thinking: 't', signature: 's' },
          { type: 'redacted_thinking', data: 'd' },
        ],
        tool_calls: [
          { ...call, function: { name: 'f', arguments: '{"a":' } },
          { ...call, id: 'c2', function: { name: 'g', arguments: '' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'one' },
      { role: 'tool', tool_call_id: 'c2', content: 'two' },
      {
        role: 'assistant',
        content: null,
        reasoning_content: 'unsigned',
        function_call: { name: 'h', arguments: '{}' },
      },
      { role: 'function', name: 'h', content: 'done' },
    ])
    expect(body.messages).toEqual([
      { role: 'user', content: 'go' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 't', signature: 's' },
          { type: 'redacted_thinking', data: 'd' },
          { type: 'text', text: 'x' },
          { type: 'tool_use', id: 'call_1', name: 'f', input: { INVALID_JSON: '{"a":' } },
          { type: 'tool_use', id: 'c2', name: 'g', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'call_1', content: 'one' },
          { type: 'tool_result', tool_use_id: 'c2', content: 'two' },
        ],
      },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'function_call_0', name: 'h', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'function_call_0', content: 'done' }] },
    ])
    expect(warnings).toEqual([
      'arguments of earlier calls that are no JSON object are sent as the text in a field of one',
      'thinking without a signature, which the API refuses, is left out',
    ])
  })
})

describe('reading requests', () => {
  test('what only this format can say rides along in `raw` and goes out again', () => {
    const wire = {
      model: 'claude-opus-4-8',
      max_tokens: 10,
      container: 'c',
      mcp_servers: [{ name: 'm' }],
      metadata: { user_id: 'u', other: 1 },
      output_config: { effort: 'low', task_budget: { total: 5 } },
      tool_choice: { type: 'later' },
      service_tier: 'later',
      thinking: { type: 'between_tools' },
      system: [{ type: 'text', text: 's' }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'container_upload', file_id: 'f' },
            { type: 'text', text: 'x' },
          ],
        },
        { role: 'system', content: [{ type: 'tool_addition', tool: { type: 'tool_reference', name: 't' } }] },
      ],
      tools: [{ name: 't', input_schema: { type: 'object' }, defer_loading: true }],
    }
    const request = codec.decodeRequest(wire)
    expect(request.reasoning_effort).toBe('low')
    expect(request).not.toHaveProperty('extra_body')
    expect(encode(request, { model: 'claude-opus-4-8' }).body).toEqual(wire)
  })

  test('without content the conversation is not touched', () => {
    const trap = new Proxy(
      {},
      {
        get: () => {
          throw new Error('content was read')
        },
      },
    )
    const wire = {
      model: 'c',
      max_tokens: 3,
      stream: true,
      temperature: 0,
      messages: [trap],
      system: [trap],
      tools: [trap],
    }
    expect(codec.decodeRequest(wire, { content: false })).toEqual({
      model: 'c',
      messages: [],
      max_tokens: 3,
      stream: true,
      temperature: 0,
    })
  })

  test('what is no object is a StreamError', () => {
    for (const wire of [null, [], 'secret', 7]) {
      expect(() => codec.decodeRequest(wire)).toThrow(
        expect.objectContaining({ name: 'StreamError', message: expect.not.stringContaining('secret') as string }),
      )
    }
  })
})

/** Hub requests in the form that decoding gives: what the format can say, said one way. */
const word = fc.stringMatching(/^[a-z]{1,8}$/)
const cache = fc.constantFrom(
  {},
  { cache_control: { type: 'ephemeral' as const } },
  { cache_control: { type: 'ephemeral' as const, ttl: '1h' as const } },
)
const textPart = fc.tuple(word, cache).map(([text, mark]) => ({ type: 'text' as const, text, ...mark }))
const filePart = fc
  .tuple(
    fc.constantFrom(
      { file_id: 'file_1' },
      { file_data: 'data:application/pdf;base64,JVBERi0=', filename: 'a.pdf' },
      { file_data: 'data:text/plain;base64,aMOpIQ==' },
      { file_data: 'https://example.test/a.pdf' },
    ),
    cache,
  )
  .map(([file, mark]) => ({ type: 'file' as const, file, ...mark }))
const imagePart = fc
  .tuple(fc.constantFrom('https://example.test/a.png', 'data:image/png;base64,AAAA'), cache)
  .map(([url, mark]) => ({ type: 'image_url' as const, image_url: { url }, ...mark }))
const parts = fc.array(fc.oneof(textPart, filePart, imagePart), { minLength: 1, maxLength: 3 })
const assistant = fc
  .record({
    content: word,
    signature: fc.option(word, { nil: undefined }),
    calls: fc.uniqueArray(word, { maxLength: 2 }),
  })
  .map(({ content, signature, calls }): Message[] => [
    {
      role: 'assistant',
      content,
      ...(calls.length > 0 && { tool_calls: calls.map((id) => ({ ...call, id })) }),
      ...(signature !== undefined && {
        reasoning_content: 'why',
        thinking_blocks: [{ type: 'thinking' as const, thinking: 'why', signature }],
      }),
    },
    ...calls.map((id): Message => ({ role: 'tool', tool_call_id: id, content: id, is_error: id.length > 4 })),
  ])
const turns = fc.array(fc.tuple(assistant, parts), { maxLength: 3 })
const settings = fc.record(
  {
    max_tokens: fc.integer({ min: 5000, max: 9000 }),
    top_p: fc.constantFrom(0.5, 1),
    top_k: fc.nat(9),
    stop: fc.array(word, { minLength: 1, maxLength: 2 }),
    stream: fc.boolean(),
    user: word,
    service_tier: fc.constantFrom('auto', 'default'),
    thinking: fc.constant({ type: 'enabled' as const, budget_tokens: 2000 }),
    response_format: fc.constant({
      type: 'json_schema' as const,
      json_schema: { name: 'response', schema: { type: 'object', additionalProperties: false } },
    }),
    tool_choice: fc.constantFrom('auto' as const, 'none' as const, 'required' as const, {
      type: 'function' as const,
      function: { name: 'f' },
    }),
  },
  { requiredKeys: ['max_tokens'] },
)

/** Whether the API takes the marks as they are: four, and none of an hour behind a shorter one. */
function areTaken(messages: readonly Message[]): boolean {
  const parts = messages.flatMap(({ content }) => (Array.isArray(content) ? content : []))
  const lives = parts.flatMap((part) => ('cache_control' in part && part.cache_control ? [part.cache_control.ttl] : []))
  return lives.length <= 4 && lives.lastIndexOf('1h') === lives.filter((ttl) => ttl === '1h').length - 1
}

/** Whether the API takes a thinking budget: no tool is forced, and all calls began with thinking. */
function isBudgetTaken({ thinking, tool_choice: choice, messages }: ChatRequest): boolean {
  if (thinking?.type !== 'enabled') return true
  const isForced = choice === 'required' || typeof choice === 'object'
  return !isForced && messages.every((message) => !('tool_calls' in message) || 'thinking_blocks' in message)
}

test('from the hub to the wire and back is identity', () => {
  fc.assert(
    fc.property(settings, parts, parts, turns, (options, system, first, rest) => {
      const texts = system.filter((part) => part.type === 'text')
      const request: ChatRequest = {
        model: 'claude-sonnet-4-5',
        messages: [
          ...(texts.length > 0 ? [{ role: 'system' as const, content: texts }] : []),
          { role: 'user', content: first },
          ...rest.flatMap(([turn, user]): Message[] => [...turn, { role: 'user', content: user }]),
        ],
        ...options,
      }
      fc.pre(areTaken(request.messages) && isBudgetTaken(request))
      expect(codec.decodeRequest(encode(request).body)).toEqual(request)
    }),
  )
})
