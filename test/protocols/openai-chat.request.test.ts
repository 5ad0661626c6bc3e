import { describe, expect, test } from 'vitest'
import type { AssistantMessage, ChatRequest, Message } from '../../src/kernel/hub.js'
import type { EncodeContext, Quirks } from '../../src/kernel/protocol.js'
import { openaiChat } from '../../src/protocols/openai-chat/index.js'
import { openaiCompletions } from '../../src/protocols/openai-completions.js'

function contextOf(quirks: Quirks = {}, dropUnsupported = false): EncodeContext & { warnings: string[] } {
  const warnings: string[] = []
  return { provider: 'p', model: 'wire-model', quirks, dropUnsupported, warn: (text) => warnings.push(text), warnings }
}

function encode(request: Partial<ChatRequest>, context: EncodeContext = contextOf()): Record<string, unknown> {
  return openaiChat.encodeRequest({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...request }, context).body
}

const history: AssistantMessage = {
  role: 'assistant',
  content: 'a',
  reasoning_content: 'r',
  thinking_blocks: [{ type: 'thinking', thinking: 'r', signature: 's' }],
  annotations: [],
  cache_control: { type: 'ephemeral' },
  blocks: [{ type: 'text', text: 'a' }],
}

describe('writing chat requests', () => {
  test('shares what need not change, and sets the model', () => {
    const request: ChatRequest = {
      model: 'm',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
      tools: [{ type: 'function', function: { name: 'f' } }],
    }
    const { body, path } = openaiChat.encodeRequest(request, contextOf())
    expect(path).toBe('/chat/completions')
    expect(body.model).toBe('wire-model')
    expect(body.messages).toBe(request.messages)
    expect(body.tools).toBe(request.tools)
  })

  test('takes the hub’s own fields away, unless the target takes them', () => {
    expect(encode({ messages: [history] }).messages).toEqual([{ role: 'assistant', content: 'a' }])
    const quirks = { reasoningContent: true, thinkingBlocks: true, cacheControl: true }
    const { annotations: _a, blocks: _b, ...kept } = history
    expect(encode({ messages: [history] }, contextOf(quirks)).messages).toEqual([kept])
    const cached = { type: 'text' as const, text: 'a', cache_control: { type: 'ephemeral' as const } }
    expect(encode({ messages: [{ role: 'user', content: [cached] }] }).messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'a' }] },
    ])
    const call: Message = {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 't', type: 'function', function: { name: 'f', arguments: '{}' } }],
    }
    const failed: Message = { role: 'tool', tool_call_id: 't', content: 'x', is_error: true }
    expect(encode({ messages: [call, failed] }).messages).toEqual([
      call,
      { role: 'tool', tool_call_id: 't', content: 'x' },
    ])
  })

  test('the output limit goes under the target’s name', () => {
    expect(encode({ max_tokens: 5 })).toMatchObject({ max_tokens: 5 })
    const limited = encode({ max_tokens: 5 }, contextOf({ maxTokensField: 'max_completion_tokens' }))
    expect(limited.max_completion_tokens).toBe(5)
    expect(limited).not.toHaveProperty('max_tokens')
    const renamed = encode({ max_completion_tokens: 6 }, contextOf({ maxTokensField: 'max_tokens' }))
    expect(renamed.max_tokens).toBe(6)
    expect(renamed).not.toHaveProperty('max_completion_tokens')
  })

  test('developer messages and stream options by quirk', () => {
    const quirks = { developerAsSystem: true, streamOptions: false }
    const body = encode(
      { messages: [{ role: 'developer', content: 'be brief' }], stream_options: { include_usage: true } },
      contextOf(quirks),
    )
    expect(body.messages).toEqual([{ role: 'system', content: 'be brief' }])
    expect(body).not.toHaveProperty('stream_options')
  })

  test('a field without a counterpart is refused, or left out with a warning', () => {
    const unsupported: [Partial<ChatRequest>, Quirks, (body: Record<string, unknown>) => void][] = [
      [{ previous_response_id: 'r' }, {}, (body) => expect(body).not.toHaveProperty('previous_response_id')],
      [
        { tools: [{ type: 'raw', protocol: 'anthropic-messages', value: { type: 'bash' } }], tool_choice: 'auto' },
        {},
        (body) => {
          expect(body).not.toHaveProperty('tools')
          expect(body).not.toHaveProperty('tool_choice')
        },
      ],
      [
        {
          messages: [
            {
              role: 'user',
              content: [
                { type: 'raw', protocol: 'anthropic-messages', value: {} },
                { type: 'text', text: 'a' },
              ],
            },
          ],
        },
        {},
        (body) => expect(body.messages).toEqual([{ role: 'user', content: [{ type: 'text', text: 'a' }] }]),
      ],
    ]
    for (const [request, quirks, check] of unsupported) {
      expect(() => encode(request, contextOf(quirks))).toThrow(
        expect.objectContaining({ name: 'UnsupportedParameterError' }),
      )
      const context = contextOf(quirks, true)
      check(encode(request, context))
      expect(context.warnings).toHaveLength(1)
    }
  })

  test('a schema that the server does not take is asked for in the system prompt', () => {
    const schema = { type: 'object', properties: { city: { type: 'string' } } }
    const response_format = { type: 'json_schema' as const, json_schema: { name: 's', schema } }
    const asked = expect.stringContaining(JSON.stringify(schema)) as string
    const user = { role: 'user' as const, content: 'hi' }
    const rows: [ChatRequest['messages'], unknown[]][] = [
      [[user], [{ role: 'system', content: asked }, user]],
      [
        [{ role: 'system', content: 'be brief' }, user],
        [{ role: 'system', content: expect.stringMatching(/^be brief\n\nAnswer with one valid JSON/) }, user],
      ],
      [
        [{ role: 'system', content: [{ type: 'text', text: 'be brief' }] }, user],
        [
          {
            role: 'system',
            content: [
              { type: 'text', text: 'be brief' },
              { type: 'text', text: asked },
            ],
          },
          user,
        ],
      ],
      [
        [{ role: 'system', content: 'one' }, { role: 'developer', content: 'two' }, user],
        [{ role: 'system', content: 'one' }, { role: 'developer', content: asked }, user],
      ],
    ]
    for (const [messages, expected] of rows) {
      const context = contextOf({ jsonSchema: false })
      const body = encode({ messages, response_format }, context)
      expect(body.messages).toEqual(expected)
      expect(body.response_format).toEqual({ type: 'json_object' })
      expect(context.warnings).toEqual([expect.stringContaining('asked for in the system prompt')])
    }
    expect(encode({ response_format }, contextOf({}))).toMatchObject({ response_format })
  })

  test('unknown fields go through, `extra_body` last', () => {
    const request = { top_k: 3, x_unknown: 1, seed: 1, extra_body: { seed: 2, provider: { order: ['a'] } } }
    expect(encode(request)).toEqual({
      model: 'wire-model',
      messages: [{ role: 'user', content: 'hi' }],
      top_k: 3,
      x_unknown: 1,
      seed: 2,
      provider: { order: ['a'] },
    })
  })
})

describe('reading chat requests', () => {
  test('parts and tools of unknown types are kept whole and come back', () => {
    const wire = {
      model: 'wire-model',
      messages: [{ role: 'user', content: [{ type: 'video_url', video_url: { url: 'https://example.test/v.mp4' } }] }],
      tools: [{ type: 'web_search' }],
    }
    const request = openaiChat.decodeRequest(wire)
    expect(request.tools).toEqual([{ type: 'raw', protocol: 'openai-chat', value: { type: 'web_search' } }])
    expect(openaiChat.encodeRequest(request, contextOf()).body).toEqual(wire)
  })

  test.each([
    [null],
    [[]],
    [{}],
    [{ messages: [null] }],
    [{ messages: [{ role: 'user', content: 3 }] }],
    [{ messages: [], tools: {} }],
    [{ messages: [], tool_choice: {} }],
  ])('a request that is none is a StreamError that no retry helps: %j', (wire) => {
    expect(() => openaiChat.decodeRequest(wire)).toThrow(
      expect.objectContaining({ name: 'StreamError', isRetryable: false }),
    )
  })

  test('without content only the settings', () => {
    const wire = {
      model: 'm',
      messages: [{ role: 'user', content: 'secret' }],
      temperature: 0.5,
      response_format: { type: 'json_schema', json_schema: { name: 'n', description: 'secret' } },
    }
    const read = openaiChat.decodeRequest(wire, { content: false })
    expect(JSON.stringify(read)).not.toContain('secret')
    expect(read).toMatchObject({ model: 'm', temperature: 0.5, messages: [], response_format: { type: 'json_schema' } })
  })
})

describe('text completions', () => {
  test.each<[unknown]>([['one'], [['one', 'two']], [[1, 2, 3]], [[[1, 2], [3]]]])(
    'the prompt %j is read and written again',
    (prompt) => {
      const request = openaiCompletions.decodeRequest({ model: 'wire-model', prompt, logprobs: 2, suffix: 's' })
      expect(request).toMatchObject({ logprobs: true, top_logprobs: 2, suffix: 's' })
      expect(openaiCompletions.encodeRequest(request, contextOf()).body).toEqual({
        model: 'wire-model',
        prompt,
        logprobs: 2,
        suffix: 's',
      })
    },
  )

  test('a conversation is sent as one prompt, a transcript', () => {
    const messages: ChatRequest['messages'] = [
      { role: 'system', content: 'be brief' },
      { role: 'user', content: 'hi' },
    ]
    expect(
      openaiCompletions.encodeRequest({ model: 'm', messages, max_completion_tokens: 4 }, contextOf()).body,
    ).toEqual({
      model: 'wire-model',
      prompt: 'system: be brief\n\nuser: hi\n\nassistant:',
      max_tokens: 4,
    })
  })

  test('a format of the answer is asked for in the prompt, and said so', () => {
    const response_format = { type: 'json_schema' as const, json_schema: { name: 'n', schema: { type: 'object' } } }
    const write = (messages: ChatRequest['messages']): { prompt: unknown; warnings: string[] } => {
      const context = contextOf()
      const { body } = openaiCompletions.encodeRequest({ model: 'm', messages, response_format }, context)
      expect(body).not.toHaveProperty('response_format')
      return { prompt: body.prompt, warnings: context.warnings }
    }
    const alone = write([{ role: 'user', content: 'hi' }])
    expect(alone.prompt).toMatch(/^hi\n\nAnswer with one valid JSON object.*{"type":"object"}$/s)
    expect(alone.warnings).toEqual([expect.stringContaining('not enforced')])
    const talk = write([
      { role: 'system', content: 'be brief' },
      { role: 'user', content: 'hi' },
    ])
    expect(talk.prompt).toMatch(/^system: be brief\n\nAnswer with one valid JSON.*\n\nuser: hi\n\nassistant:$/s)
    const tokens = openaiCompletions.decodeRequest({ model: 'm', prompt: [1, 2] })
    expect(() => openaiCompletions.encodeRequest({ ...tokens, response_format }, contextOf())).toThrow(
      /response_format/,
    )
    // A server that takes it here gets what the caller wrote in this format.
    const wire = { model: 'wire-model', prompt: 'hi', response_format }
    expect(openaiCompletions.encodeRequest(openaiCompletions.decodeRequest(wire), contextOf()).body).toEqual(wire)
  })

  test('text and its log probabilities are read', () => {
    const logprobs = {
      tokens: ['a', 'b'],
      token_logprobs: [-0.1, -0.2],
      top_logprobs: [{ a: -0.1, c: -3 }, null],
      text_offset: [0, 1],
    }
    const wire = {
      id: 'c',
      object: 'text_completion',
      created: 1,
      model: 'm',
      choices: [{ text: 'ab', index: 0, logprobs, finish_reason: 'length' }],
    }
    const read = openaiCompletions.decodeResponse(wire)
    expect(read.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: 'ab' } })
    expect(read.choices[0]!.logprobs?.content?.map(({ token, logprob }) => [token, logprob])).toEqual([
      ['a', -0.1],
      ['b', -0.2],
    ])
    expect(openaiCompletions.encodeResponse(read)).toEqual(wire)
  })
})
