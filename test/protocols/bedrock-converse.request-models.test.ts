/** What models behind Converse take in different measure, and what the API demands of a conversation. */
import { describe, expect, test } from 'vitest'
import type { ChatRequest, Message, Tool } from '../../src/kernel/hub.js'
import type { EncodeContext, JsonObject } from '../../src/kernel/protocol.js'
import { bedrockConverse as codec } from '../../src/protocols/bedrock-converse/index.js'

function encode(request: Partial<ChatRequest>, context: Partial<EncodeContext> = {}) {
  const warnings: string[] = []
  const { body } = codec.encodeRequest(
    { model: 'alias', messages: [{ role: 'user', content: 'hi' }], ...request },
    {
      provider: 'bedrock',
      model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      quirks: {},
      dropUnsupported: false,
      warn: (message) => warnings.push(message),
      ...context,
    },
  )
  return { body, warnings }
}

const newer = { model: 'us.anthropic.claude-opus-4-7-v1:0' }
const loop: Message[] = [
  { role: 'user', content: 'go' },
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
  },
  { role: 'tool', tool_call_id: 'a', content: 'done' },
]

describe('Claude', () => {
  test('takes the same as at Anthropic', () => {
    expect(() => encode({ temperature: 0.2 }, newer)).toThrow(/temperature/)
    expect(() => encode({ temperature: 0.2, top_p: 0.5 })).toThrow(/top_p/)
    expect(() => encode({ temperature: 0.2, reasoning_effort: 'low' })).toThrow(/temperature/)
    expect(encode({ temperature: 0.2, top_p: 0.5 }, { model: 'amazon.nova-pro-v1:0' }).body).toMatchObject({
      inferenceConfig: { temperature: 0.2, topP: 0.5 },
    })
  })

  test('a thinking budget becomes adaptive where there is none', () => {
    const thinking = { type: 'enabled' as const, budget_tokens: 2000 }
    const { body, warnings } = encode({ thinking }, newer)
    expect(body.additionalModelRequestFields).toEqual({ thinking: { type: 'adaptive' } })
    expect(warnings).toHaveLength(1)
    expect(encode({ thinking }).body.additionalModelRequestFields).toEqual({ thinking })
  })

  test('a loop of tools that lost its thinking goes on without a budget', () => {
    const { body, warnings } = encode({ messages: loop, reasoning_effort: 'low' })
    expect(body).not.toHaveProperty('additionalModelRequestFields')
    expect(warnings).toContainEqual(expect.stringContaining('reasoning_effort'))
  })
})

test('bounds of a schema that the API refuses are told in words; it takes the lengths of texts', () => {
  const schema = { type: 'object', properties: { a: { type: 'number', minimum: 1 }, b: { minLength: 2 } } }
  const { body } = encode({ response_format: { type: 'json_schema', json_schema: { name: 'n', schema } } })
  const { textFormat } = body.outputConfig as { textFormat: { structure: { jsonSchema: { schema: string } } } }
  expect(JSON.parse(textFormat.structure.jsonSchema.schema)).toEqual({
    type: 'object',
    additionalProperties: false,
    properties: { a: { type: 'number', description: '{minimum: 1}' }, b: { type: 'string', minLength: 2 } },
  })
})

describe('families', () => {
  const nova = { model: 'us.amazon.nova-2-lite-v1:0' }
  const gpt = { model: 'us.openai.gpt-5.6-sol' }

  test('Nova 2 decides its limits by itself at its highest effort', () => {
    const request = { reasoning_effort: 'high', max_tokens: 9, temperature: 0.1 }
    expect(() => encode(request, nova)).toThrow(/max_tokens/)
    const { body } = encode(request, { ...nova, dropUnsupported: true })
    expect(body).not.toHaveProperty('inferenceConfig')
    expect(encode({ ...request, reasoning_effort: 'low' }, nova).body.inferenceConfig).toEqual({
      maxTokens: 9,
      temperature: 0.1,
    })
  })

  test('turns of one side are joined, except for Titan, which takes them in a row', () => {
    const messages: Message[] = [
      { role: 'user', content: 'a' },
      { role: 'user', content: 'b' },
    ]
    expect(encode({ messages }).body.messages).toEqual([{ role: 'user', content: [{ text: 'a' }, { text: 'b' }] }])
    expect(encode({ messages }, { model: 'amazon.titan-text-express-v1' }).body.messages).toEqual([
      { role: 'user', content: [{ text: 'a' }] },
      { role: 'user', content: [{ text: 'b' }] },
    ])
  })

  test('GPT takes reasoning effort, and neither samplers nor stop words', () => {
    expect(encode({ reasoning_effort: 'low' }, gpt).body.additionalModelRequestFields).toEqual({
      reasoning: { effort: 'low' },
    })
    for (const [field, value] of Object.entries({ temperature: 0.2, top_p: 0.2, stop: 'END' }))
      expect(() => encode({ [field]: value }, gpt)).toThrow(expect.objectContaining({ parameter: field }))
    expect(encode({ reasoning_effort: 'low' }, { model: 'openai.gpt-oss-120b-1:0' }).body).toMatchObject({
      additionalModelRequestFields: { reasoning_effort: 'low' },
    })
  })

  test.each([
    { reasoning: { effort: 'low' } },
    { reasoning_effort: 'low' },
    { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } },
  ])('%j is told, and goes back as it was', (additionalModelRequestFields) => {
    const wire = { messages: [{ role: 'user', content: [{ text: 'a' }] }], additionalModelRequestFields }
    const request = codec.decodeRequest(wire)
    expect(request.reasoning_effort).toBe('low')
    for (const context of [nova, gpt, {}]) expect(encode(request, context).body).toEqual(wire)
  })
})

describe('tools', () => {
  test('called before and no longer given are declared, and are none for a reader', () => {
    const { body, warnings } = encode({ messages: loop })
    expect(body.toolConfig).toMatchObject({ tools: [{ toolSpec: { name: 'f' } }] })
    expect(warnings).toEqual([expect.stringContaining('declared')])
    expect(codec.decodeRequest(JSON.parse(JSON.stringify(body)))).not.toHaveProperty('tools')
  })

  test('a cache point on a part of a result stands behind the result', () => {
    const { body } = encode({
      messages: [
        ...loop.slice(0, 2),
        {
          role: 'tool',
          tool_call_id: 'a',
          content: [{ type: 'text', text: 'x', cache_control: { type: 'ephemeral', ttl: '1h' } }],
        },
      ],
    })
    expect((body.messages as { content: JsonObject[] }[])[2]?.content).toEqual([
      { toolResult: { toolUseId: 'a', content: [{ text: 'x' }] } },
      { cachePoint: { type: 'default', ttl: '1h' } },
    ])
  })

  const tools: Tool[] = [{ type: 'function', function: { name: 'f' } }]

  test.each<[ChatRequest['tool_choice'], JsonObject]>([
    [undefined, { type: 'auto' }],
    ['auto', { type: 'auto' }],
    ['required', { type: 'any' }],
    [
      { type: 'function', function: { name: 'f' } },
      { type: 'tool', name: 'f' },
    ],
  ])('one at a time is said in the words of Claude, for the choice %j', (choice, words) => {
    const { body } = encode({ tools, parallel_tool_calls: false, ...(choice !== undefined && { tool_choice: choice }) })
    expect(body.additionalModelRequestFields).toEqual({ tool_choice: { ...words, disable_parallel_tool_use: true } })
    expect(body.toolConfig).not.toHaveProperty('toolChoice')
    expect(encode(codec.decodeRequest(body)).body).toEqual(body)
  })

  test('other models have no setting for one call at a time', () => {
    const nova = { model: 'amazon.nova-pro-v1:0' }
    expect(() => encode({ tools, parallel_tool_calls: false }, nova)).toThrow(/parallel_tool_calls/)
  })

  test('enforced ones have closed objects', () => {
    const strict: Tool[] = [{ type: 'function', function: { name: 'f', strict: true, parameters: { type: 'object' } } }]
    expect(encode({ tools: strict }).body.toolConfig).toMatchObject({
      tools: [{ toolSpec: { strict: true, inputSchema: { json: { additionalProperties: false } } } }],
    })
  })

  test('the kind of a call goes back as it came', () => {
    const wire = {
      messages: [
        { role: 'user', content: [{ text: 'a' }] },
        {
          role: 'assistant',
          content: [{ toolUse: { toolUseId: 'a', name: 'f', input: {}, type: 'tool_use' } }],
        },
        { role: 'user', content: [{ toolResult: { toolUseId: 'a', content: [{ text: 'b' }] } }] },
      ],
      toolConfig: { tools: [{ toolSpec: { name: 'f', inputSchema: { json: { type: 'object' } } } }] },
    }
    expect(encode(codec.decodeRequest(wire)).body).toEqual(wire)
  })

  test('in the format’s own words', () => {
    const tools = [{ systemTool: { name: 'nova_grounding' } }]
    expect(encode({ tools: tools as unknown as Tool[] }).body.toolConfig).toEqual({ tools })
  })
})

test('an effort beside the output format is told, and goes back as it was', () => {
  const wire = { messages: [{ role: 'user', content: [{ text: 'a' }] }], outputConfig: { effort: 'high' } }
  const request = codec.decodeRequest(wire)
  expect(request.reasoning_effort).toBe('high')
  expect(encode(request).body).toEqual(wire)
})

test('a stored prompt goes without messages', () => {
  const wire = { promptVariables: { name: { text: 'a' } }, performanceConfig: { latency: 'optimized' } }
  expect(encode(codec.decodeRequest(wire)).body).toEqual(wire)
})
