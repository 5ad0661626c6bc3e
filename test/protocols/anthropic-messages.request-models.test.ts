/** What models of the Messages API take in different measure, and what a user of the hub writes for them. */
import { describe, expect, test } from 'vitest'
import type { ChatRequest, Message, Tool } from '../../src/kernel/hub.js'
import { anthropicMessages as codec } from '../../src/protocols/anthropic-messages/index.js'
import { encode, messages } from './support/anthropic-messages.js'

const refused = (request: Partial<ChatRequest>, model: string): unknown => {
  try {
    encode(request, { model })
    return undefined
  } catch (error) {
    return (error as { parameter?: string }).parameter
  }
}

describe('sampling', () => {
  test.each([
    ['claude-opus-4-7', { temperature: 0.2 }, 'temperature'],
    ['claude-sonnet-5', { top_p: 0.9 }, 'top_p'],
    ['claude-fable-5', { top_k: 4 }, undefined],
    ['claude-opus-4-1', { temperature: 0.2, top_p: 0.9 }, 'top_p'],
    ['claude-sonnet-4-5', { temperature: 0.2, top_p: 0.9 }, 'top_p'],
    ['claude-sonnet-4-5', { temperature: 0.2 }, undefined],
    ['claude-opus-4-7', { temperature: 1, top_p: 1 }, undefined],
    ['claude-sonnet-4-20250514', { temperature: 0.2, top_p: 0.9 }, undefined],
    ['kimi-k2', { temperature: 0.2, top_p: 0.9, top_k: 3 }, undefined],
  ])('%s and %j: refused is %s', (model, request, parameter) => {
    expect(refused(request, model)).toBe(parameter)
  })
})

describe('thinking', () => {
  const tools: Tool[] = [{ type: 'function', function: { name: 'f' } }]
  const toolCall = { id: 'a', type: 'function' as const, function: { name: 'f', arguments: '{}' } }
  const loop = (answer: Partial<Message>): Message[] => [
    { role: 'user', content: 'go' },
    { role: 'assistant', content: null, tool_calls: [toolCall], ...answer } as Message,
    { role: 'tool', tool_call_id: 'a', content: 'done' },
  ]

  test('a budget becomes adaptive thinking for models that take none', () => {
    const thinking = { type: 'enabled' as const, budget_tokens: 2000, display: 'omitted' }
    const { body, warnings } = encode({ thinking }, { model: 'claude-opus-4-8' })
    expect(body.thinking).toEqual({ type: 'adaptive', display: 'omitted' })
    expect(warnings).toHaveLength(1)
    expect(encode({ thinking }, { model: 'claude-sonnet-4-6' }).body.thinking).toEqual(thinking)
  })

  test('an effort that only newer models know', () => {
    const request = { reasoning_effort: 'xhigh' }
    expect(encode(request, { model: 'claude-opus-4-6' }).body.output_config).toEqual({ effort: 'high' })
    expect(encode(request, { model: 'claude-opus-4-7' }).body.output_config).toEqual({ effort: 'xhigh' })
  })

  test('a loop of tools that lost its thinking goes on without a budget', () => {
    const { body, warnings } = encode({ messages: loop({}), tools, reasoning_effort: 'low' })
    expect(body).not.toHaveProperty('thinking')
    expect(warnings).toEqual([expect.stringContaining('reasoning_effort')])
  })

  test('a loop of tools keeps its budget where the thinking came back, in its own field or among the blocks', () => {
    const thinking = { type: 'thinking' as const, thinking: 't', signature: 's' }
    const redacted = { type: 'redacted_thinking' as const, data: 'd' }
    for (const answer of [
      { thinking_blocks: [thinking] },
      { blocks: [redacted, { type: 'tool_call' as const, id: 'a' }] },
    ]) {
      const { body, warnings } = encode({ messages: loop(answer), tools, reasoning_effort: 'low' })
      expect(body.thinking).toEqual({ type: 'enabled', budget_tokens: 1024 })
      expect((body.messages as { content: { type: string }[] }[])[1]?.content[0]?.type).toMatch(/thinking/)
      expect(warnings).toEqual([])
    }
    const earlier: Message[] = [...loop({}), { role: 'assistant', content: 'ok' }, { role: 'user', content: 'more' }]
    expect(encode({ messages: earlier, tools, reasoning_effort: 'low' }).body).toHaveProperty('thinking')
  })
})

describe('structured output', () => {
  const schemaOf = (schema: Record<string, unknown>) => {
    const { body, warnings } = encode({
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema } },
    })
    return { schema: (body.output_config as { format: { schema: unknown } }).format.schema, warnings }
  }

  test('objects are closed, and bounds the API refuses are told in words', () => {
    const { schema, warnings } = schemaOf({
      type: 'object',
      properties: {
        minimum: { type: 'integer', minimum: 1, maximum: 9, description: 'A digit.' },
        tags: { type: 'array', items: { type: 'string', maxLength: 3, format: 'hex' }, minItems: 2 },
        place: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/place' }] },
      },
      $defs: { place: { type: ['object', 'null'], properties: { zip: { type: 'string' } } } },
    })
    expect(schema).toEqual({
      type: 'object',
      additionalProperties: false,
      properties: {
        minimum: { type: 'integer', description: 'A digit.\n\n{minimum: 1, maximum: 9}' },
        tags: {
          type: 'array',
          items: { type: 'string', description: '{maxLength: 3, format: "hex"}' },
          description: '{minItems: 2}',
        },
        place: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/place' }] },
      },
      $defs: {
        place: {
          anyOf: [
            { type: 'object', properties: { zip: { type: 'string' } }, additionalProperties: false },
            { type: 'null' },
          ],
        },
      },
    })
    expect(warnings).toEqual([
      'response_format: not enforced, but stated in descriptions of the schema: minimum at minimum, maximum at minimum, ' +
        'minItems at tags, maxLength at tags[], format at tags[]',
    ])
  })

  test('a schema that the API takes is sent unchanged', () => {
    const given = {
      type: 'object',
      properties: { a: { type: 'array', minItems: 1, items: { type: 'string', format: 'date' } } },
      additionalProperties: false,
    }
    const { schema, warnings } = schemaOf(given)
    expect(schema).toBe(given)
    expect(warnings).toEqual([])
  })
})

describe('what a user of the hub writes', () => {
  test('web search asked for as at OpenAI', () => {
    const { body, warnings } = encode({
      web_search_options: {
        search_context_size: 'low',
        user_location: { type: 'approximate', approximate: { country: 'GB', city: 'London' } },
      },
      tools: [{ type: 'function', function: { name: 'f' } }],
    })
    expect(body.tools).toEqual([
      { name: 'f', input_schema: { type: 'object', properties: {} } },
      {
        type: 'web_search_20250305',
        name: 'web_search',
        user_location: { type: 'approximate', country: 'GB', city: 'London' },
      },
    ])
    expect(warnings).toEqual([expect.stringContaining('search_context_size')])
    expect(encode({ web_search_options: {} }).body.tools).toEqual([{ type: 'web_search_20250305', name: 'web_search' }])
  })

  test('tools in the format’s own words', () => {
    const tools = [
      { type: 'code_execution_20250825', name: 'code_execution' },
      { type: 'mcp_toolset', mcp_server_name: 'm' },
      { name: 'own', input_schema: { type: 'object' } },
    ]
    expect(encode({ tools: tools as unknown as Tool[] }).body.tools).toEqual(tools)
    expect(refused({ tools: [{ type: 'web_search' }] as unknown as Tool[] }, 'claude-sonnet-4-5')).toBeDefined()
  })

  test('a misnamed image type, and text by another name', () => {
    const { body } = messages([
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: 'data:image/jpg;base64,AA' } },
          { type: 'file', file: { file_data: 'data:application/json;base64,e30=', filename: 'a.json' } },
        ],
      },
    ])
    expect(body.messages).toMatchObject([
      {
        content: [
          { source: { type: 'base64', media_type: 'image/jpeg', data: 'AA' } },
          { type: 'document', title: 'a.json', source: { type: 'text', media_type: 'text/plain', data: '{}' } },
        ],
      },
    ])
  })
})

describe('features in beta', () => {
  const betas = (request: Partial<ChatRequest> & Record<string, unknown>): string | undefined =>
    codec.encodeRequest(
      { model: 'm', messages: [{ role: 'user', content: 'hi' }], ...request },
      { provider: 'p', model: 'claude-opus-4-8', quirks: {}, dropUnsupported: false, warn: () => undefined },
    ).headers?.['anthropic-beta']

  test.each<[string, Partial<ChatRequest> & Record<string, unknown>, string | undefined]>([
    ['none', { metadata: { user_id: 'u' } }, undefined],
    [
      'a file by id',
      { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }] },
      'files-api-2025-04-14',
    ],
    ['servers of tools', { mcp_servers: [{ type: 'url', name: 'm', url: 'https://m.test' }] }, 'mcp-client-2025-04-04'],
    [
      'the context of a long conversation',
      { context_management: { edits: [{ type: 'compact_20260112' }] } },
      'context-management-2025-06-27,compact-2026-01-12',
    ],
    [
      'those of the caller, who names them as the SDK does',
      { betas: ['a-1', 'b-2'], speed: 'fast' },
      'a-1,b-2,fast-mode-2026-02-01',
    ],
  ])('%s', (_name, request, header) => {
    expect(betas(request)).toBe(header)
  })

  test('betas are no field of the body', () => {
    expect(encode({ betas: ['a-1'] } as Partial<ChatRequest>).body).not.toHaveProperty('betas')
  })
})
