import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChatRequest, Message } from '../../src/kernel/hub.js'
import type { EncodeContext, JsonObject } from '../../src/kernel/protocol.js'
import { anthropicMessages as codec } from '../../src/protocols/anthropic-messages/index.js'

interface Encoded {
  readonly body: JsonObject
  readonly warnings: string[]
}

function encode(request: Partial<ChatRequest>, context: Partial<EncodeContext> = {}): Encoded {
  const warnings: string[] = []
  const { body } = codec.encodeRequest(
    { model: 'alias', messages: [{ role: 'user', content: 'hi' }], ...request },
    {
      provider: 'anthropic',
      model: 'claude-sonnet-4-5',
      quirks: {},
      dropUnsupported: false,
      warn: (message) => warnings.push(message),
      ...context,
    },
  )
  return { body, warnings }
}

function messages(list: Message[], context: Partial<EncodeContext> = {}): Encoded {
  return encode({ messages: list }, context)
}

const call = { id: 'call_1', type: 'function' as const, function: { name: 'f', arguments: '{"a":1}' } }

describe('conversation', () => {
  test('path, version header and model', () => {
    const context = { provider: 'p', model: 'claude-x', quirks: {}, dropUnsupported: false, warn: () => undefined }
    const encoded = codec.encodeRequest({ model: 'alias', messages: [{ role: 'user', content: 'hi' }] }, context)
    expect(encoded).toEqual({
      path: '/v1/messages',
      headers: { 'anthropic-version': '2023-06-01' },
      body: { model: 'claude-x', max_tokens: 4096, messages: [{ role: 'user', content: 'hi' }] },
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

  test('and stays, after the user turn it belongs to, for models that take it', () => {
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
          { type: 'tool_use', id: 'function_call_0', name: 'h', input: {} },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'function_call_0', content: 'done' }] },
    ])
    expect(warnings).toEqual(['thinking without a signature, which the API refuses, is left out'])
  })
})

describe('settings', () => {
  const tools: ChatRequest['tools'] = [
    {
      type: 'function',
      function: { name: 'f', description: 'd', parameters: { properties: {} }, strict: true },
      cache_control: { type: 'ephemeral' },
    },
    { type: 'function', function: { name: 'g' } },
    { type: 'raw', protocol: 'anthropic-messages', value: { type: 'web_search_20250305', name: 'web_search' } },
  ]

  test('tools', () => {
    expect(encode({ tools }).body.tools).toEqual([
      {
        name: 'f',
        description: 'd',
        input_schema: { type: 'object', properties: {} },
        strict: true,
        cache_control: { type: 'ephemeral' },
      },
      { name: 'g', input_schema: { type: 'object', properties: {} } },
      { type: 'web_search_20250305', name: 'web_search' },
    ])
  })

  test.each<[Partial<ChatRequest>, unknown]>([
    [{ tool_choice: 'auto' }, { type: 'auto' }],
    [{ tool_choice: 'none', parallel_tool_calls: false }, { type: 'none' }],
    [{ tool_choice: 'required' }, { type: 'any' }],
    [{ tool_choice: { type: 'function', function: { name: 'f' } } }, { type: 'tool', name: 'f' }],
    [{ parallel_tool_calls: false }, { type: 'auto', disable_parallel_tool_use: true }],
    [
      { tool_choice: 'required', parallel_tool_calls: false },
      { type: 'any', disable_parallel_tool_use: true },
    ],
    [{ parallel_tool_calls: true }, undefined],
  ])('tool choice %j', (request, choice) => {
    expect(encode({ tools: tools ?? [], ...request }).body.tool_choice).toEqual(choice)
  })

  test('allowed tools are the only ones sent', () => {
    const allowed = { mode: 'required' as const, tools: [{ type: 'function', function: { name: 'g' } }] }
    const { body } = encode({
      tools: tools?.slice(0, 2) ?? [],
      tool_choice: { type: 'allowed_tools', allowed_tools: allowed },
    })
    expect(body).toMatchObject({ tools: [{ name: 'g' }], tool_choice: { type: 'any' } })
  })

  test('the output limit', () => {
    expect(encode({ max_completion_tokens: 5, max_tokens: 6 }).body.max_tokens).toBe(5)
    expect(encode({ max_tokens: 6 }).body.max_tokens).toBe(6)
    expect(encode({}, { quirks: { defaultMaxTokens: 7 } }).body.max_tokens).toBe(7)
  })

  test.each<[string, string, JsonObject]>([
    ['low', 'claude-sonnet-4-5', { thinking: { type: 'enabled', budget_tokens: 1024 }, max_tokens: 4096 }],
    ['medium', 'claude-3-7-sonnet-20250219', { thinking: { type: 'enabled', budget_tokens: 2048 }, max_tokens: 4096 }],
    ['high', 'claude-sonnet-4-20250514', { thinking: { type: 'enabled', budget_tokens: 4096 }, max_tokens: 8192 }],
    [
      'high',
      'us.anthropic.claude-opus-4-7-v1:0',
      { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
    ],
    ['minimal', 'claude-sonnet-5', { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } }],
    ['none', 'claude-sonnet-5', { thinking: { type: 'disabled' } }],
    ['low', 'kimi-k2', { thinking: { type: 'enabled', budget_tokens: 1024 } }],
  ])('reasoning effort %s of %s', (effort, model, fields) => {
    expect(encode({ reasoning_effort: effort }, { model }).body).toMatchObject(fields)
  })

  test('thinking goes out as given', () => {
    const thinking = { type: 'enabled' as const, budget_tokens: 9000, display: 'omitted' }
    expect(encode({ thinking, max_tokens: 100 }).body).toMatchObject({ thinking, max_tokens: 100 })
  })

  test('a forced tool excludes a thinking budget', () => {
    const { body, warnings } = encode({ reasoning_effort: 'high', tools: tools ?? [], tool_choice: 'required' })
    expect(body).not.toHaveProperty('thinking')
    expect(warnings).toHaveLength(1)
  })

  test('structured output: native, and a hint where there is none', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false }
    const format = { type: 'json_schema' as const, json_schema: { name: 'n', schema } }
    expect(encode({ response_format: format }).body.output_config).toEqual({ format: { type: 'json_schema', schema } })
    for (const context of [{ model: 'claude-3-5-haiku-20241022' }, { quirks: { jsonSchema: false } }]) {
      const hinted = encode({ response_format: format }, context)
      expect(hinted.body).not.toHaveProperty('output_config')
      expect(JSON.stringify(hinted.body.system)).toContain('additionalProperties')
      expect(hinted.warnings).toHaveLength(1)
    }
    const loose = encode({ response_format: { type: 'json_object' } })
    expect(loose.body.system).toHaveLength(1)
    expect(loose.warnings).toHaveLength(1)
  })

  test('the rest', () => {
    const { body } = encode({
      temperature: 0.5,
      top_p: 0.9,
      top_k: 3,
      stop: 'END',
      stream: true,
      user: 'u1',
      service_tier: 'default',
      n: 1,
      logprobs: false,
      frequency_penalty: 0,
      logit_bias: {},
      modalities: ['text'],
      stream_options: { include_usage: true },
    })
    expect(body).toEqual({
      model: 'claude-sonnet-4-5',
      max_tokens: 4096,
      messages: [{ role: 'user', content: 'hi' }],
      temperature: 0.5,
      top_p: 0.9,
      top_k: 3,
      stop_sequences: ['END'],
      stream: true,
      metadata: { user_id: 'u1' },
      service_tier: 'standard_only',
    })
  })

  test.each<[string, Partial<ChatRequest>]>([
    ['n', { n: 2 }],
    ['logprobs', { logprobs: true }],
    ['logit_bias', { logit_bias: { 1: 2 } }],
    ['frequency_penalty', { frequency_penalty: 1 }],
    ['presence_penalty', { presence_penalty: 1 }],
    ['seed', { seed: 0 }],
    ['audio', { audio: { format: 'wav', voice: 'v' } }],
    ['modalities', { modalities: ['text', 'audio'] }],
    ['prediction', { prediction: {} }],
    ['verbosity', { verbosity: 'low' }],
    ['previous_response_id', { previous_response_id: 'r' }],
    ['temperature', { temperature: 1.5 }],
    ['stop', { stop: ['\n'] }],
    ['service_tier', { service_tier: 'flex' }],
    ['never_heard_of', { never_heard_of: 1 } as Partial<ChatRequest>],
  ])('%s is unsupported: an error that names it, or a warning', (parameter, request) => {
    expect(() => encode(request)).toThrow(expect.objectContaining({ name: 'UnsupportedParameterError', parameter }))
    const { warnings, body } = encode(request, { dropUnsupported: true })
    expect(warnings).toEqual([expect.stringContaining(`\`${parameter}\``)])
    expect(Object.keys(body).sort()).toEqual([
      'max_tokens',
      'messages',
      'model',
      ...(parameter === 'temperature' ? [parameter] : []),
    ])
  })

  test('audio parts are unsupported', () => {
    const list: Message[] = [
      { role: 'user', content: [{ type: 'input_audio', input_audio: { data: '', format: 'wav' } }] },
    ]
    expect(() => messages(list)).toThrow(expect.objectContaining({ name: 'UnsupportedParameterError' }))
    expect(messages(list, { dropUnsupported: true }).warnings).toHaveLength(1)
  })

  test('extra_body comes last, joins bags and replaces the rest', () => {
    const { body } = encode({
      user: 'u',
      max_tokens: 5,
      extra_body: { max_tokens: 9, metadata: { x: 1 }, container: 'c', ['__proto__']: { polluted: true } },
    })
    expect(body).toMatchObject({ max_tokens: 9, metadata: { user_id: 'u', x: 1 }, container: 'c' })
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
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
      json_schema: { name: 'response', schema: { type: 'object' } },
    }),
    tool_choice: fc.constantFrom('auto' as const, 'none' as const, 'required' as const, {
      type: 'function' as const,
      function: { name: 'f' },
    }),
  },
  { requiredKeys: ['max_tokens'] },
)

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
      expect(codec.decodeRequest(encode(request).body)).toEqual(request)
    }),
  )
})
