import { describe, expect, test } from 'vitest'
import type { ChatRequest, Message } from '../../src/kernel/hub.js'
import type { EncodeContext, EncodedRequest } from '../../src/kernel/protocol.js'
import { bedrockConverse } from '../../src/protocols/bedrock-converse/index.js'

const CLAUDE = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const user: Message = { role: 'user', content: 'Hi' }

interface Result extends EncodedRequest {
  readonly warnings: readonly string[]
}

function encode(request: Partial<ChatRequest>, context: Partial<EncodeContext> = {}): Result {
  const warnings: string[] = []
  const whole: EncodeContext = {
    provider: 'bedrock',
    model: CLAUDE,
    quirks: {},
    dropUnsupported: false,
    warn: (message) => void warnings.push(message),
    ...context,
  }
  return { ...bedrockConverse.encodeRequest({ model: whole.model, messages: [user], ...request }, whole), warnings }
}

const png = 'data:image/png;base64,iVBORw0KGgo='

describe('path', () => {
  test.each([
    ['anthropic.claude-v2:1', '/model/anthropic.claude-v2%3A1/converse'],
    [
      'arn:aws:bedrock:us-east-1:1:inference-profile/us.x',
      '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.x/converse',
    ],
  ])('names the model %s', (model, path) => {
    expect(encode({}, { model }).path).toBe(path)
    expect(encode({ stream: true }, { model }).path).toBe(`${path}-stream`)
    expect(bedrockConverse.decodeRequest({ messages: [] }, { path: `/prefix${path}-stream?x=1` })).toMatchObject({
      model,
      stream: true,
    })
  })

  test('a name with a broken escape is read as it is', () => {
    expect(bedrockConverse.decodeRequest({}, { path: '/model/a%zz/converse' }).model).toBe('a%zz')
  })
})

describe('messages', () => {
  test('cache_control becomes a cache point behind what it covers, and comes back', () => {
    const messages: Message[] = [
      { role: 'system', content: [{ type: 'text', text: 'Long', cache_control: { type: 'ephemeral', ttl: '1h' } }] },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a', cache_control: { type: 'ephemeral' } },
          { type: 'image_url', image_url: { url: png } },
        ],
      },
      { role: 'assistant', content: 'b', cache_control: { type: 'ephemeral' } },
      { role: 'user', content: 'c' },
    ]
    const { body } = encode({ messages })
    expect(body.system).toEqual([{ text: 'Long' }, { cachePoint: { type: 'default', ttl: '1h' } }])
    expect(body.messages).toEqual([
      {
        role: 'user',
        content: [
          { text: 'a' },
          { cachePoint: { type: 'default' } },
          { image: { format: 'png', source: { bytes: 'iVBORw0KGgo=' } } },
        ],
      },
      { role: 'assistant', content: [{ text: 'b' }, { cachePoint: { type: 'default' } }] },
      { role: 'user', content: [{ text: 'c' }] },
    ])
    const read = bedrockConverse.decodeRequest(body)
    expect(read.messages[2]).toMatchObject({ role: 'assistant', content: 'b', cache_control: { type: 'ephemeral' } })
    expect(encode({ messages: read.messages }).body).toEqual(body)
  })

  test('turns of one side join, and a system message later on moves to the front', () => {
    const { body, warnings } = encode({
      messages: [
        user,
        { role: 'user', content: 'there' },
        { role: 'assistant', content: 'Hello' },
        { role: 'developer', content: 'Be brief' },
        { role: 'user', content: 'x' },
      ],
    })
    expect(body.messages).toEqual([
      { role: 'user', content: [{ text: 'Hi' }, { text: 'there' }] },
      { role: 'assistant', content: [{ text: 'Hello' }] },
      { role: 'user', content: [{ text: 'x' }] },
    ])
    expect(body.system).toEqual([{ text: 'Be brief' }])
    expect(warnings).toEqual([expect.stringContaining('moved to the front')])
  })

  test('two documents of a name get names of their own; names take only the characters of the API', () => {
    const file = {
      type: 'file',
      file: { filename: 'my_report v1.0.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
    } as const
    const { body } = encode({ messages: [{ role: 'user', content: [{ type: 'text', text: 'Compare' }, file, file] }] })
    const names = (body.messages as { content: { document?: { name: string } }[] }[])[0]?.content.flatMap(
      ({ document }) => document?.name ?? [],
    )
    expect(names).toEqual(['my-report v1-0', 'my-report v1-0 (2)'])
  })

  test('what the API cannot take is an error, or left out', () => {
    const messages: Message[] = [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See' },
          { type: 'image_url', image_url: { url: 'https://example.test/a.png' } },
        ],
      },
    ]
    expect(() => encode({ messages })).toThrow(
      expect.objectContaining({ name: 'UnsupportedParameterError', parameter: 'image_url', provider: 'bedrock' }),
    )
    const { body, warnings } = encode({ messages }, { dropUnsupported: true })
    expect(body.messages).toEqual([{ role: 'user', content: [{ text: 'See' }] }])
    expect(warnings).toHaveLength(1)
    for (const [field, value] of Object.entries({
      seed: 1,
      n: 2,
      logit_bias: { 1: 2 },
      frequency_penalty: 1,
      logprobs: true,
      service_tier: 'scale',
    })) {
      expect(() => encode({ [field]: value })).toThrow(
        expect.objectContaining({ name: 'UnsupportedParameterError', parameter: field }),
      )
    }
    expect(
      encode({ n: 1, frequency_penalty: 0, logprobs: false, stream_options: { include_usage: true } }).warnings,
    ).toEqual([])
  })

  test('tool ids keep the characters that the model takes', () => {
    const messages: Message[] = [
      user,
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'functions.f:0', type: 'function', function: { name: 'f', arguments: 'not json' } }],
      },
      { role: 'tool', tool_call_id: 'functions.f:0', content: '', is_error: false },
    ]
    const contents = (model: string): unknown =>
      (encode({ messages }, { model }).body.messages as { content: unknown }[]).slice(1).map(({ content }) => content)
    expect(contents('moonshot.kimi-k2')).toEqual([
      [{ toolUse: { toolUseId: 'functions.f:0', name: 'f', input: { INVALID_JSON: 'not json' } } }],
      [{ toolResult: { toolUseId: 'functions.f:0', content: [{ text: 'The result is empty.' }], status: 'success' } }],
    ])
    expect(JSON.stringify(contents(CLAUDE))).not.toContain('functions.f:0')
    expect(JSON.stringify(contents(CLAUDE)).match(/functions_2ef_3a0/g)).toHaveLength(2)
  })

  test('thinking of another provider goes out only where it is wanted', () => {
    const messages: Message[] = [user, { role: 'assistant', content: 'b', reasoning_content: 'hm' }, user]
    expect((encode({ messages }).body.messages as { content: unknown }[])[1]?.content).toEqual([{ text: 'b' }])
    expect(
      (encode({ messages }, { quirks: { reasoningContent: true } }).body.messages as { content: unknown }[])[1]
        ?.content,
    ).toEqual([{ reasoningContent: { reasoningText: { text: 'hm' } } }, { text: 'b' }])
  })
})

describe('settings of the model', () => {
  test.each([
    [CLAUDE, { top_k: 5 }, { top_k: 5 }],
    ['amazon.nova-pro-v1:0', { top_k: 5 }, { inferenceConfig: { topK: 5 } }],
    ['cohere.command-r-v1:0', { top_k: 5 }, { k: 5 }],
    ['openai.gpt-oss-120b-1:0', { reasoning_effort: 'high' }, { reasoning_effort: 'high' }],
    [
      'us.amazon.nova-2-lite-v1:0',
      { reasoning_effort: 'xhigh' },
      { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'high' } },
    ],
    [CLAUDE, { reasoning_effort: 'low' }, { thinking: { type: 'enabled', budget_tokens: 1024 } }],
    [
      'us.anthropic.claude-sonnet-4-6',
      { reasoning_effort: 'high' },
      { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
    ],
    [
      CLAUDE,
      { thinking: { type: 'enabled', budget_tokens: 2000 } },
      { thinking: { type: 'enabled', budget_tokens: 2000 } },
    ],
  ] as const)('%s: %o', (model, settings, fields) => {
    expect(encode(settings, { model }).body.additionalModelRequestFields).toEqual(fields)
  })

  test('a budget leaves room below the limit, and gives way to a forced tool', () => {
    expect(encode({ reasoning_effort: 'high', max_tokens: 100 }).body.inferenceConfig).toEqual({ maxTokens: 4196 })
    const tools = [{ type: 'function' as const, function: { name: 'f' } }]
    const forced = encode({ reasoning_effort: 'high', tools, tool_choice: 'required' })
    expect(forced.body.additionalModelRequestFields).toBeUndefined()
    expect(forced.warnings).toHaveLength(1)
  })

  test('extra_body wins, and joins the other fields', () => {
    const { body } = encode({
      top_k: 3,
      reasoning_effort: 'high',
      extra_body: { additionalModelRequestFields: { thinking: { type: 'disabled' } }, custom: 1 },
    })
    expect(body).toMatchObject({
      additionalModelRequestFields: { top_k: 3, thinking: { type: 'disabled' } },
      custom: 1,
    })
    expect(() => encode({ reasoning_effort: 'high' }, { model: 'meta.llama3-8b-instruct-v1:0' })).toThrow(
      /reasoning_effort/,
    )
  })

  test('a schema is sent as such where the model takes it, and in the prompt elsewhere', () => {
    const response_format = {
      type: 'json_schema',
      json_schema: { name: 'city', schema: { type: 'object', properties: {} } },
    } as const
    expect(encode({ response_format }).body.outputConfig).toEqual({
      textFormat: {
        type: 'json_schema',
        structure: {
          jsonSchema: { schema: '{"type":"object","properties":{},"additionalProperties":false}', name: 'city' },
        },
      },
    })
    for (const model of ['amazon.nova-pro-v1:0', 'anthropic.claude-3-haiku-20240307-v1:0']) {
      const { body, warnings } = encode({ response_format }, { model })
      expect(body.outputConfig).toBeUndefined()
      expect(JSON.stringify(body.system)).toContain('JSON schema')
      expect(warnings).toHaveLength(1)
    }
  })

  test('tools without a choice to call none: they are left out, unless the conversation holds calls', () => {
    const tools = [{ type: 'function' as const, function: { name: 'f' } }]
    expect(encode({ tools, tool_choice: 'none' }).body.toolConfig).toBeUndefined()
    const messages: Message[] = [
      user,
      { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }] },
      { role: 'tool', tool_call_id: 'a', content: 'x' },
    ]
    const { body, warnings } = encode({ messages, tools, tool_choice: 'none' })
    expect(body.toolConfig).toMatchObject({
      tools: [{ toolSpec: { name: 'f', description: expect.stringContaining('do not call it') as string } }],
    })
    expect(warnings).toHaveLength(1)
  })

  test('metadata goes along as far as the API takes it', () => {
    const { body, warnings } = encode({ metadata: { team: 'a b', note: 'a "quote"' } })
    expect(body.requestMetadata).toEqual({ team: 'a b' })
    expect(warnings).toHaveLength(1)
  })
})
