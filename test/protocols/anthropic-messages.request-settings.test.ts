import { describe, expect, test } from 'vitest'
import type { ChatRequest, Message } from '../../src/kernel/hub.js'
import type { JsonObject } from '../../src/kernel/protocol.js'
import { encode, messages } from './support/anthropic-messages.js'

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
        input_schema: { type: 'object', properties: {}, additionalProperties: false },
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
    expect(encode({ max_tokens: null }, { quirks: { defaultMaxTokens: 7 } }).body.max_tokens).toBe(7)
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
