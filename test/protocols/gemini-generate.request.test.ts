/** Requests of `generateContent`: what is read, and what is written of it again. */
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { TracestitchError } from '../../src/kernel/errors.js'
import type { AssistantMessage, ChatRequest, Message, ToolMessage } from '../../src/kernel/hub.js'
import type { JsonObject } from '../../src/kernel/protocol.js'
import { anthropicMessages } from '../../src/protocols/anthropic-messages/index.js'
import { geminiGenerate as codec } from '../../src/protocols/gemini-generate/index.js'
import { openaiChat } from '../../src/protocols/openai-chat/index.js'
import { chatRequest } from '../contracts/hub-arbitraries.js'
import { mutated } from '../contracts/json-values.js'
import { context, encode, generationConfig, hello, partsAt } from './support/gemini-generate.js'

const wire = JSON.parse(
  readFileSync(new URL('../fixtures/gemini-generate/request.json', import.meta.url), 'utf8'),
) as JsonObject

describe('a request with everything', () => {
  const path = '/models/gemini-3-flash-preview:streamGenerateContent?alt=sse'
  const request = codec.decodeRequest(wire, { path })

  test('is written again as it was', () => {
    const again = codec.encodeRequest(
      request,
      context({ quirks: { fileNames: true }, model: 'gemini-3-flash-preview' }),
    )
    expect(again).toEqual({ path, body: wire })
  })

  test('has its settings in the hub', () => {
    expect(request).toMatchObject({
      model: 'gemini-3-flash-preview',
      stream: true,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      max_tokens: 500,
      stop: ['END'],
      n: 2,
      seed: 7,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      logprobs: true,
      top_logprobs: 3,
      modalities: ['text'],
      reasoning_effort: 'high',
      service_tier: 'flex',
      response_format: { type: 'json_schema', json_schema: { schema: { type: 'object' } } },
      tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'required' } },
    })
  })

  test('has its conversation in the hub', () => {
    const [system, user, model, cat, dog, sound, last] = request.messages
    expect(system).toEqual({
      role: 'system',
      content: [
        { type: 'text', text: 'Be brief.' },
        { type: 'text', text: 'Be kind.' },
      ],
    })
    expect((user as { content: { type: string }[] }).content.map(({ type }) => type)).toEqual([
      'text',
      'image_url',
      'input_audio',
      'file',
      'file',
      'raw',
      'image_url',
    ])
    const calls = (model as AssistantMessage).tool_calls ?? []
    expect(calls.map(({ id }) => id)).toEqual(['gcall_0', 'gcall_1', 'own-1'])
    expect(cat).toEqual({ role: 'tool', tool_call_id: 'gcall_0', content: 'a cat' })
    expect(dog).toEqual({ role: 'tool', tool_call_id: 'gcall_1', content: 'no dog', is_error: true })
    expect((sound as ToolMessage).tool_call_id).toBe('own-1')
    expect((sound as ToolMessage).content).toContainEqual({ type: 'text', text: '{"sounds":[1,2]}' })
    expect(last).toMatchObject({ role: 'assistant', content: 'A cat.' })
  })

  test('has JSON Schema for the older kind of schema', () => {
    const looks = request.tools?.find((tool) => tool.type === 'function' && tool.function.name === 'look')
    expect(looks).toMatchObject({
      function: { parameters: { type: 'object', properties: { at: { type: ['string', 'null'] } } } },
    })
  })

  test('reads snake case alike', () => {
    const snake = (value: unknown, free = false): unknown => {
      if (Array.isArray(value)) return value.map((entry) => snake(entry))
      if (typeof value !== 'object' || value === null || free) return value
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [
          key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
          snake(
            inner,
            [
              'args',
              'response',
              'parameters',
              'parametersJsonSchema',
              'responseJsonSchema',
              'labels',
              'functionResponse',
            ].includes(key),
          ),
        ]),
      )
    }
    const read = codec.decodeRequest(snake(wire), { path })
    expect(read.messages).toHaveLength(request.messages.length)
    expect({ ...read, messages: [], tools: [], raw: {} }).toEqual({ ...request, messages: [], tools: [], raw: {} })
    expect((read.messages[1] as { content: unknown[] }).content.slice(0, 5)).toEqual(
      (request.messages[1] as { content: unknown[] }).content.slice(0, 5),
    )
  })
})

describe('path', () => {
  test.each([
    ['gemini-2.5-flash', false, '/models/gemini-2.5-flash:generateContent'],
    ['gemini-2.5-flash', true, '/models/gemini-2.5-flash:streamGenerateContent?alt=sse'],
    ['models/gemini-2.5-flash', false, '/models/gemini-2.5-flash:generateContent'],
    ['tunedModels/mine', false, '/tunedModels/mine:generateContent'],
    ['text-bison@001', false, '/models/text-bison@001:generateContent'],
    ['a?key=b#c', false, '/models/a%3Fkey%3Db%23c:generateContent'],
  ])('%s, stream %s', (model, stream, path) => {
    expect(encode({ stream }, { model }).path).toBe(path)
    const read = codec.decodeRequest({ contents: [] }, { path: `/v1beta${path}` })
    expect(read.model).toBe(model.replace(/^models\//, ''))
    expect(read.stream).toBe(stream)
  })

  test('of Vertex AI', () => {
    const path = '/v1/projects/p/locations/l/publishers/google/models/gemini-2.5-pro:streamGenerateContent?%24alt=json'
    expect(codec.decodeRequest({ contents: [] }, { path })).toMatchObject({ model: 'gemini-2.5-pro', stream: true })
  })

  test('the name of a model cannot change the path', () => {
    expect(() => encode({}, { model: '../../files' })).toThrow(/dot segment/)
  })
})

describe('thinking', () => {
  test.each<[string, Partial<ChatRequest>, unknown]>([
    ['gemini-2.5-flash', { reasoning_effort: 'low' }, { thinkingBudget: 1024, includeThoughts: true }],
    ['gemini-2.5-flash', { reasoning_effort: 'none' }, { thinkingBudget: 0 }],
    ['gemini-2.5-pro', { reasoning_effort: 'none' }, { thinkingBudget: 128 }],
    ['gemini-3-pro-preview', { reasoning_effort: 'minimal' }, { thinkingLevel: 'LOW', includeThoughts: true }],
    ['gemini-3-flash-preview', { reasoning_effort: 'minimal' }, { thinkingLevel: 'MINIMAL', includeThoughts: true }],
    ['gemini-3.1-pro', { reasoning_effort: 'xhigh' }, { thinkingLevel: 'HIGH', includeThoughts: true }],
    ['gemini-flash-latest', { reasoning_effort: 'medium' }, { thinkingLevel: 'MEDIUM', includeThoughts: true }],
    [
      'gemini-2.5-pro',
      { thinking: { type: 'enabled', budget_tokens: 2000 } },
      { thinkingBudget: 2000, includeThoughts: true },
    ],
    ['gemini-2.5-pro', { thinking: { type: 'adaptive' } }, { thinkingBudget: -1, includeThoughts: true }],
    ['gemini-2.5-flash', { thinking: { type: 'disabled' } }, { thinkingBudget: 0 }],
  ])('%s %j', (model, request, thinkingConfig) => {
    expect(generationConfig(request, { model })).toEqual({ thinkingConfig })
  })

  test('is refused for a model that does not think', () => {
    expect(() => encode({ reasoning_effort: 'high' }, { model: 'gemini-2.0-flash' })).toThrow(/reasoning_effort/)
    expect(generationConfig({ reasoning_effort: 'none' }, { model: 'gemini-2.0-flash' })).toBeUndefined()
  })

  test('settings that were read go out again, until the caller changes what they say', () => {
    const read = codec.decodeRequest({
      contents: [],
      generationConfig: { thinkingConfig: { thinkingBudget: 512, includeThoughts: false } },
    })
    expect(read.thinking).toEqual({ type: 'enabled', budget_tokens: 512 })
    expect(generationConfig(read)).toEqual({ thinkingConfig: { thinkingBudget: 512, includeThoughts: false } })
    expect(generationConfig({ ...read, thinking: { type: 'disabled' } })).toEqual({
      thinkingConfig: { thinkingBudget: 0 },
    })
  })
})

describe('signatures of calls', () => {
  const called: Message[] = [
    { role: 'user', content: 'hi' },
    {
      role: 'assistant',
      tool_calls: ['a', 'b'].map((id) => ({ id, type: 'function' as const, function: { name: 'f', arguments: '{}' } })),
    },
    { role: 'tool', tool_call_id: 'a', content: '1' },
    { role: 'tool', tool_call_id: 'b', content: '2' },
  ]

  test('a turn that another model began is sent with one that skips the check, where the model checks', () => {
    const { body, warnings } = encode({ messages: called }, { model: 'gemini-3-pro-preview' })
    expect(partsAt(body, 1).map((part) => part['thoughtSignature'])).toEqual([
      'skip_thought_signature_validator',
      undefined,
    ])
    expect(warnings).toHaveLength(1)
    expect(partsAt(encode({ messages: called }).body, 1)[0]).not.toHaveProperty('thoughtSignature')
    const earlier = [...called, { role: 'user' as const, content: 'more' }]
    expect(partsAt(encode({ messages: earlier }, { model: 'gemini-3-pro-preview' }).body, 1)[0]).not.toHaveProperty(
      'thoughtSignature',
    )
  })

  test('one in `extra_content`, as the OpenAI-shaped endpoint gives it, is used', () => {
    const messages = structuredClone(called)
    Object.assign((messages[1] as AssistantMessage).tool_calls?.[0] ?? {}, {
      extra_content: { google: { thought_signature: 'c2ln' } },
    })
    expect(partsAt(encode({ messages }, { model: 'gemini-3-pro-preview' }).body, 1)[0]).toMatchObject({
      thoughtSignature: 'c2ln',
    })
  })

  test('another provider’s proof of thinking is not shown to this one', () => {
    const message: AssistantMessage = {
      role: 'assistant',
      content: 'a',
      thinking_blocks: [{ type: 'thinking', thinking: 't', signature: 'theirs' }],
    }
    expect(partsAt(encode({ messages: [...hello, message] }).body, 1)).toEqual([
      { text: 't', thought: true },
      { text: 'a' },
    ])
  })
})

test('a request for another provider keeps what it can: calls without ids get them', () => {
  const { content } = codec.decodeRequest({
    contents: [
      { role: 'user', parts: [{ text: 'hi' }] },
      { role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] },
      { role: 'user', parts: [{ functionResponse: { name: 'f', response: { output: 'x' } } }] },
    ],
  }).messages[2] as ToolMessage
  expect(content).toBe('x')
  const request = {
    ...codec.decodeRequest(wire),
    messages: codec.decodeRequest(wire).messages.slice(2, 6),
    tools: [],
    n: 1,
  }
  const { body } = anthropicMessages.encodeRequest(
    request,
    context({ dropUnsupported: true, model: 'claude-sonnet-4-6' }),
  )
  expect(JSON.stringify(body['messages'])).toContain('"tool_use_id":"gcall_0"')
})

test('many responses without an id are matched in no more than linear time', () => {
  const count = 20_000
  const contents = [
    { role: 'model', parts: Array.from({ length: count }, () => ({ functionCall: { name: 'f', args: {} } })) },
    { role: 'user', parts: Array.from({ length: count }, () => ({ functionResponse: { name: 'f', response: {} } })) },
  ]
  const messages = codec.decodeRequest({ contents }).messages
  expect(messages.at(-1)).toMatchObject({ tool_call_id: `gcall_${count - 1}` })
})

test('a damaged request of another format that could be read is written or refused cleanly', () => {
  fc.assert(
    fc.property(
      chatRequest(() => true),
      mutated,
      (request, damage) => {
        const body = damage(openaiChat.encodeRequest(request, context()).body)
        try {
          codec.encodeRequest(openaiChat.decodeRequest(body), context({ dropUnsupported: true }))
        } catch (error) {
          if (!TracestitchError.isInstance(error)) throw error
        }
      },
    ),
    { numRuns: 500 },
  )
})

test('a damaged request of this format is written again or refused cleanly', () => {
  fc.assert(
    fc.property(mutated, (damage) => {
      try {
        codec.encodeRequest(codec.decodeRequest(damage(wire)), context({ dropUnsupported: true }))
      } catch (error) {
        if (!TracestitchError.isInstance(error)) throw error
      }
    }),
    { numRuns: 500 },
  )
})
