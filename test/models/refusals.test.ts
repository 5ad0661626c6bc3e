/** What models refuse, in each format that reaches them: an error that names it, or a warning and a request without it. */
import { describe, expect, test } from 'vitest'
import { UnsupportedParameterError } from '../../src/kernel/errors.js'
import type { ChatRequest } from '../../src/kernel/hub.js'
import type { ChatProtocol, EncodeContext, JsonObject } from '../../src/kernel/protocol.js'
import { anthropicMessages, bedrockConverse, openaiChat, openaiResponses } from '../../src/protocols/codecs.js'

interface Encoded {
  readonly body: JsonObject
  readonly warnings: readonly string[]
}

function encode(
  codec: ChatProtocol,
  model: string,
  request: Partial<ChatRequest>,
  context: Partial<EncodeContext> = {},
): Encoded {
  const warnings: string[] = []
  const { body } = codec.encodeRequest(
    { model: 'alias', messages: [{ role: 'user', content: 'hi' }], ...request },
    { provider: 'p', model, quirks: {}, dropUnsupported: false, warn: (text) => warnings.push(text), ...context },
  )
  return { body, warnings }
}

describe('the limit of output on chat completions', () => {
  test.each<[string, string]>([
    ['gpt-5.4', 'max_completion_tokens'],
    ['openai/gpt-5', 'max_completion_tokens'],
    ['gpt-5-chat-latest', 'max_completion_tokens'],
    ['o3-mini', 'max_completion_tokens'],
    ['my-o4-mini', 'max_completion_tokens'],
    ['ft:o4-mini-2025-04-16:acme::x', 'max_completion_tokens'],
    ['gpt-4.1', 'max_tokens'],
    ['gpt-oss-120b', 'max_tokens'],
    ['llama-3.3-70b', 'max_tokens'],
  ])('of %s is %s', (model, field) => {
    const { body, warnings } = encode(openaiChat, model, { max_tokens: 50 })
    expect([body['max_tokens'], body['max_completion_tokens']]).toEqual(
      field === 'max_tokens' ? [50, undefined] : [undefined, 50],
    )
    expect(warnings).toEqual([])
  })

  test("is the server's own word where that knows one only", () => {
    const { body } = encode(
      openaiChat,
      'gpt-5.4',
      { max_completion_tokens: 5 },
      { quirks: { maxTokensField: 'max_tokens' } },
    )
    expect(body).toMatchObject({ max_tokens: 5 })
    expect(body).not.toHaveProperty('max_completion_tokens')
  })

  test('and of an opaque name what its base takes', () => {
    expect(encode(openaiChat, 'prod', { max_tokens: 5 }, { base: 'gpt-5' }).body).toMatchObject({
      model: 'prod',
      max_completion_tokens: 5,
    })
  })
})

describe('parameters that a model refuses', () => {
  test.each<[ChatProtocol, string, Partial<ChatRequest>]>([
    [openaiChat, 'gpt-5', { temperature: 0.2 }],
    [openaiChat, 'o3-mini', { top_p: 0.5 }],
    [openaiChat, 'o1', { presence_penalty: 0.1 }],
    [openaiChat, 'gpt-5-mini', { frequency_penalty: 1 }],
    [openaiChat, 'gpt-5', { logprobs: true }],
    [openaiChat, 'gpt-5', { logit_bias: { 50256: -100 } }],
    [openaiChat, 'o3', { stop: ['x'] }],
    [openaiChat, 'gpt-5.2', { temperature: 0.2, reasoning_effort: 'low' }],
    [openaiChat, 'gpt-5.2', { temperature: 0.2, extra_body: { reasoning_effort: 'low' } }],
    [openaiChat, 'openai/gpt-5.2', { temperature: 0.2, extra_body: { reasoning: { effort: 'high' } } }],
    [openaiChat, 'gpt-5.5', { temperature: 0.2 }],
    [openaiChat, 'gpt-5.1-codex', { temperature: 0.2, reasoning_effort: 'none' }],
    [openaiChat, 'gpt-4o-search-preview', { temperature: 0.2 }],
    [openaiChat, 'grok-4', { reasoning_effort: 'high' }],
    [openaiChat, 'x-ai/grok-4.20', { reasoning_effort: 'low' }],
    [openaiChat, 'grok-4-fast-non-reasoning', { reasoning_effort: 'low' }],
    [openaiChat, 'grok-4-0709', { stop: ['x'] }],
    [openaiChat, 'grok-3-mini', { presence_penalty: 1 }],
    [openaiChat, 'grok-code-fast-1', { frequency_penalty: 1 }],
    [openaiChat, 'grok-4.3', { stop: 'x' }],
    [openaiResponses, 'gpt-5', { temperature: 0.2 }],
    [openaiResponses, 'o3', { top_p: 0.5 }],
    [openaiResponses, 'grok-4', { reasoning_effort: 'high' }],
    [bedrockConverse, 'openai.gpt-5.5', { temperature: 0.2 }],
    [anthropicMessages, 'claude-opus-5-5', { tool_choice: 'required', tools: [tool()], max_tokens: 5 }],
    [bedrockConverse, 'us.anthropic.claude-sonnet-5-5-v1:0', { tool_choice: 'required', tools: [tool()] }],
  ])('$0.id $1 %#', (codec, model, request) => {
    const fields = Object.keys(request).filter((field) => !['extra_body', 'tools', 'max_tokens'].includes(field))
    const field = fields.find((name) => name !== 'reasoning_effort') ?? 'reasoning_effort'
    expect(() => encode(codec, model, request)).toThrow(UnsupportedParameterError)
    expect(() => encode(codec, model, request)).toThrow(`\`${field}\``)
    const { body, warnings } = encode(codec, model, request, { dropUnsupported: true })
    expect(warnings.join()).toContain(`\`${field}\``)
    expect(JSON.stringify(body)).not.toMatch(new RegExp(`"(?:${field}|topP|include|toolChoice)"`))
  })

  test.each<[ChatProtocol, string, Partial<ChatRequest>]>([
    [openaiChat, 'gpt-5', { temperature: 1, top_p: 1 }],
    [openaiChat, 'gpt-5.1', { temperature: 0.2, top_p: 0.5, logprobs: true, top_logprobs: 2 }],
    [openaiChat, 'gpt-5.2', { temperature: 0.2, reasoning_effort: 'none' }],
    [openaiChat, 'gpt-5.4-mini', { temperature: 0.2 }],
    [openaiChat, 'gpt-5.5', { temperature: 0.2, reasoning_effort: 'none' }],
    [openaiChat, 'gpt-5-chat-latest', { temperature: 0.2, presence_penalty: 1, stop: ['x'] }],
    [openaiChat, 'o3-mini', { stop: ['x'], reasoning_effort: 'high' }],
    [openaiChat, 'gpt-oss-120b', { temperature: 0.2, reasoning_effort: 'high', stop: ['x'] }],
    [openaiChat, 'gpt-4.1', { temperature: 0.2, logprobs: true, logit_bias: { 1: 1 } }],
    [openaiChat, 'grok-3-mini', { reasoning_effort: 'high', temperature: 0.2 }],
    [openaiChat, 'grok-4.3', { reasoning_effort: 'none' }],
    [openaiChat, 'grok-4.5', { reasoning_effort: 'low', temperature: 0.2 }],
    [openaiChat, 'grok-4-fast-non-reasoning', { stop: ['x'], presence_penalty: 1 }],
    [openaiChat, 'marco-o1', { temperature: 0.2, max_tokens: 5 }],
    [openaiResponses, 'gpt-5.4', { temperature: 0.2 }],
  ])('what it takes goes out: $0.id $1 %#', (codec, model, request) => {
    const { body, warnings } = encode(codec, model, request)
    const { reasoning_effort: effort, ...others } = request
    expect(body).toMatchObject(codec === openaiResponses || effort === undefined ? others : request)
    expect(warnings).toEqual([])
  })

  test('a value that asks for nothing is neither refused nor sent', () => {
    const idle = {
      presence_penalty: 0,
      frequency_penalty: 0,
      logprobs: false,
      logit_bias: {},
      stop: [],
      temperature: null,
    }
    const { body, warnings } = encode(openaiChat, 'gpt-5', idle)
    expect(body).toEqual({ model: 'gpt-5', messages: [{ role: 'user', content: 'hi' }] })
    expect(warnings).toEqual([])
  })
})

describe('a conversation that ends with the beginning of the answer', () => {
  const prefilled: ChatRequest['messages'] = [
    { role: 'user', content: 'JSON, please' },
    { role: 'assistant', content: '{' },
  ]
  const reaching: readonly [ChatProtocol, string][] = [
    [anthropicMessages, 'claude-opus-4-6'],
    [anthropicMessages, 'claude-sonnet-5'],
    [bedrockConverse, 'us.anthropic.claude-opus-4-6-v1'],
    [openaiChat, 'anthropic/claude-sonnet-4.6'],
    [openaiChat, 'databricks-claude-sonnet-4-6'],
    [openaiResponses, 'anthropic/claude-opus-4.6'],
  ]

  test.each(reaching)('is refused by name: $0.id $1', (codec, model) => {
    expect(() => encode(codec, model, { messages: prefilled, max_tokens: 5 })).toThrow(
      expect.objectContaining({ parameter: 'messages[1]' }) as Error,
    )
  })

  test.each(reaching)('or, with dropUnsupported, gone on with by a user turn: $0.id $1', (codec, model) => {
    const { body, warnings } = encode(codec, model, { messages: prefilled, max_tokens: 5 }, { dropUnsupported: true })
    const turns = (body['messages'] ?? body['input']) as readonly { role: string }[]
    expect(turns.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
    expect(warnings).toEqual([expect.stringContaining('messages[1]')])
  })

  test.each<[ChatProtocol, string]>([
    [anthropicMessages, 'claude-sonnet-4-5'],
    [anthropicMessages, 'claude-3-haiku-20240307'],
    [bedrockConverse, 'anthropic.claude-opus-4-5-20251101-v1:0'],
    [openaiChat, 'mistralai/mistral-large'],
  ])('is taken by others: $0.id $1', (codec, model) => {
    const { body, warnings } = encode(codec, model, { messages: prefilled, max_tokens: 5 })
    expect((body['messages'] as readonly { role: string }[]).at(-1)?.role).toBe('assistant')
    expect(warnings).toEqual([])
  })

  test('an empty answer at the end says nothing, and is left out', () => {
    const messages: ChatRequest['messages'] = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: ' ' },
    ]
    const { body, warnings } = encode(anthropicMessages, 'claude-opus-4-6', { messages, max_tokens: 5 })
    expect(body['messages']).toEqual([{ role: 'user', content: 'a' }])
    expect(warnings).toEqual([expect.stringContaining('messages[1]')])
  })
})

describe('a limit of output that the format requires and nobody gave', () => {
  test.each<[string, number]>([
    ['claude-3-haiku-20240307', 4096],
    ['claude-3-5-sonnet-latest', 8192],
    ['claude-opus-4-1', 32_000],
    ['claude-sonnet-4-5', 64_000],
    ['claude-sonnet-4-6', 128_000],
    ['anthropic/claude-opus-5', 128_000],
  ])('%s: its own most, and a warning that says so', (model, most) => {
    const { body, warnings } = encode(anthropicMessages, model, {})
    expect(body['max_tokens']).toBe(most)
    expect(warnings).toEqual([expect.stringContaining(`${most} is sent`)])
  })

  test('leaves room for the input where the model counts both', () => {
    const messages: ChatRequest['messages'] = [{ role: 'user', content: 'word '.repeat(120_000) }]
    const { body, warnings } = encode(anthropicMessages, 'claude-sonnet-4-20250514', { messages })
    expect(body['max_tokens']).toBeLessThan(50_000)
    expect(body['max_tokens']).toBeGreaterThanOrEqual(1024)
    expect(warnings).toEqual([expect.stringContaining('context window')])
    expect(encode(anthropicMessages, 'claude-sonnet-4-5', { messages }).body['max_tokens']).toBe(64_000)
  })

  test('has room for a budget of thinking', () => {
    const { body } = encode(anthropicMessages, 'claude-3-7-sonnet-latest', { reasoning_effort: 'max' })
    expect(body).toMatchObject({ max_tokens: 64_000, thinking: { budget_tokens: 16_384 } })
    const converse = encode(bedrockConverse, 'anthropic.claude-opus-4-5-20251101-v1:0', { reasoning_effort: 'max' })
    expect(converse.body).toMatchObject({ inferenceConfig: { maxTokens: 64_000 } })
    expect(converse.warnings).toEqual([expect.stringContaining('64000 is sent')])
  })

  test.each<[Partial<ChatRequest>, Partial<EncodeContext>, number, RegExp]>([
    [{}, { model: 'kimi-k2' }, 4096, /kimi-k2.*set max_tokens/],
    [{}, { quirks: { defaultMaxTokens: 9 } }, 9, /defaultMaxTokens/],
  ])('%j %j', (request, context, sent, warning) => {
    const { body, warnings } = encode(anthropicMessages, 'claude-opus-5', request, context)
    expect(body['max_tokens']).toBe(sent)
    expect(warnings).toEqual([expect.stringMatching(warning)])
  })

  test.each<Partial<ChatRequest>>([{ max_tokens: 7 }, { max_completion_tokens: 7 }, { extra_body: { max_tokens: 7 } }])(
    'a given one goes out without a word: %j',
    (request) => {
      const { body, warnings } = encode(anthropicMessages, 'claude-opus-5', request)
      expect(body['max_tokens']).toBe(7)
      expect(warnings).toEqual([])
    },
  )
})

describe('thinking that cannot be turned off', () => {
  test.each<[string, Partial<ChatRequest>, JsonObject]>([
    ['claude-opus-5', { reasoning_effort: 'none' }, { thinking: { type: 'disabled' } }],
    [
      'claude-opus-5-5',
      { reasoning_effort: 'none' },
      { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } },
    ],
    ['claude-fable-5-1', { thinking: { type: 'disabled' } }, { thinking: { type: 'adaptive' } }],
    ['claude-sonnet-5-5', { reasoning_effort: 'none' }, { thinking: { type: 'between_tools' } }],
    ['claude-sonnet-5-5', { thinking: { type: 'disabled' } }, { thinking: { type: 'between_tools' } }],
  ])('%s %j', (model, request, fields) => {
    const { body, warnings } = encode(anthropicMessages, model, { ...request, max_tokens: 5 })
    expect(body).toMatchObject(fields)
    expect(warnings.length).toBe(model === 'claude-opus-5' ? 0 : 1)
  })
})

function tool(): NonNullable<ChatRequest['tools']>[number] {
  return { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }
}

test('without tools nothing says how to call them: OpenAI refuses a list of none, and what stands beside it', () => {
  const { body } = encode(openaiChat, 'gpt-4.1', { tools: [], tool_choice: 'auto', parallel_tool_calls: false })
  expect(Object.keys(body).toSorted()).toEqual(['messages', 'model'])
})

test('a limit below what Responses takes is raised, and told', () => {
  const { body, warnings } = encode(openaiResponses, 'gpt-5.4', { max_tokens: 5 })
  expect(body).toMatchObject({ max_output_tokens: 16 })
  expect(warnings).toEqual(['p: max_tokens is raised from 5 to 16, the minimum of the Responses API'])
  expect(encode(openaiResponses, 'another-model', { max_tokens: 5 }).body).toMatchObject({ max_output_tokens: 5 })
})
