/** Requests of `generateContent`: what is read, what is written, and what cannot be said. */
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { TracestitchError } from '../../src/kernel/errors.js'
import type { AssistantMessage, ChatRequest, Message, ToolMessage } from '../../src/kernel/hub.js'
import type { EncodeContext, JsonObject } from '../../src/kernel/protocol.js'
import { anthropicMessages } from '../../src/protocols/anthropic-messages/index.js'
import { geminiGenerate as codec } from '../../src/protocols/gemini-generate/index.js'
import { openaiChat } from '../../src/protocols/openai-chat/index.js'
import { chatRequest } from '../contracts/hub-arbitraries.js'
import { mutated } from '../contracts/json-values.js'

const wire = JSON.parse(
  readFileSync(new URL('../fixtures/gemini-generate/request.json', import.meta.url), 'utf8'),
) as JsonObject
const hello: Message[] = [{ role: 'user', content: 'hi' }]

function context(changes: Partial<EncodeContext> = {}): EncodeContext {
  return {
    provider: 'google',
    model: 'gemini-2.5-flash',
    quirks: {},
    dropUnsupported: false,
    warn: () => undefined,
    ...changes,
  }
}

function encode(
  request: Partial<ChatRequest>,
  changes: Partial<EncodeContext> = {},
): { path: string; body: JsonObject; warnings: string[] } {
  const warnings: string[] = []
  const encoded = codec.encodeRequest(
    { model: 'm', messages: hello, ...request },
    context({ warn: (text) => warnings.push(text), ...changes }),
  )
  return { ...encoded, warnings }
}

function generationConfig(request: Partial<ChatRequest>, changes: Partial<EncodeContext> = {}): unknown {
  return encode(request, changes).body['generationConfig']
}

function partsAt(body: JsonObject, at: number): JsonObject[] {
  return (body['contents'] as { parts: JsonObject[] }[])[at]?.parts ?? []
}

describe('a request with everything', () => {
  const path = '/models/gemini-3-flash-preview:streamGenerateContent?alt=sse'
  const request = codec.decodeRequest(wire, { path })

  test('is written again as it was', () => {
    const again = codec.encodeRequest(request, context({ model: 'gemini-3-flash-preview' }))
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

  test('reads the same from snake case', () => {
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

  test('a model cannot lead elsewhere', () => {
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

describe('what the hub says in its own way', () => {
  test('tool results: text, JSON, failures, media, and the name of a call that is not known', () => {
    const result = (content: ToolMessage['content'], is_error?: boolean): unknown => {
      const message: ToolMessage = {
        role: 'tool',
        tool_call_id: 'x',
        content,
        ...(is_error !== undefined && { is_error }),
      }
      return partsAt(encode({ messages: [message] }).body, 0)[0]?.['functionResponse']
    }
    expect(result('plain')).toEqual({ id: 'x', name: 'x', response: { output: 'plain' } })
    expect(result('{"a":1}')).toMatchObject({ response: { a: 1 } })
    expect(result('[1]')).toMatchObject({ response: { output: '[1]' } })
    expect(result('boom', true)).toMatchObject({ response: { error: 'boom' } })
    expect(
      result([
        { type: 'text', text: 'see' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,aa' } },
      ]),
    ).toMatchObject({
      response: { output: 'see' },
      parts: [{ inlineData: { mimeType: 'image/png', data: 'aa' } }],
    })
  })

  test.each([
    { output: '{"a":1}' },
    { output: 1 },
    { error: { code: 1 } },
    { error: '{"code":1}' },
    { output: 'x', more: 1 },
    { result: 'x' },
    {},
  ])('a function response %j is written as it was read', (response) => {
    const contents = [{ role: 'user', parts: [{ functionResponse: { name: 'f', response } }] }]
    expect(encode(codec.decodeRequest({ contents })).body['contents']).toEqual(contents)
  })

  test('old function calls, system messages in the middle, names', () => {
    const { body, warnings } = encode({
      messages: [
        { role: 'user', content: 'hi', name: 'Ann' },
        { role: 'system', content: 'late' },
        { role: 'assistant', function_call: { name: 'f', arguments: '{"a":1}' } },
        { role: 'function', name: 'f', content: '2' },
      ],
    })
    expect(body).toEqual({
      systemInstruction: { role: 'user', parts: [{ text: 'late' }] },
      contents: [
        { role: 'user', parts: [{ text: 'hi' }] },
        { role: 'model', parts: [{ functionCall: { name: 'f', args: { a: 1 } } }] },
        { role: 'user', parts: [{ functionResponse: { name: 'f', response: { output: '2' } } }] },
      ],
    })
    expect(warnings).toHaveLength(2)
  })

  test('arguments that are no JSON object are wrapped and come back', () => {
    const message: AssistantMessage = {
      role: 'assistant',
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"cut' } }],
    }
    const { body } = encode({ messages: [...hello, message] })
    expect(codec.decodeRequest(body).messages[1]).toMatchObject({ tool_calls: [{ function: { arguments: '{"cut' } }] })
  })

  test('tools, choices, search, formats, voices, tiers', () => {
    const tool = { type: 'function' as const, function: { name: 'f', parameters: { type: 'object', $defs: {} } } }
    expect(
      encode({ tools: [tool], tool_choice: { type: 'function', function: { name: 'f' } }, web_search_options: {} })
        .body,
    ).toMatchObject({
      tools: [
        { functionDeclarations: [{ name: 'f', parametersJsonSchema: { type: 'object', $defs: {} } }] },
        { googleSearch: {} },
      ],
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] } },
    })
    const allowed = {
      type: 'allowed_tools' as const,
      allowed_tools: { mode: 'auto' as const, tools: [{ type: 'function', function: { name: 'f' } }] },
    }
    expect(encode({ tool_choice: allowed }).body).toMatchObject({
      toolConfig: { functionCallingConfig: { mode: 'VALIDATED', allowedFunctionNames: ['f'] } },
    })
    expect(generationConfig({ response_format: { type: 'json_object' } })).toEqual({
      responseMimeType: 'application/json',
    })
    expect(generationConfig({ audio: { voice: 'Kore', format: 'wav' }, modalities: ['audio'] })).toEqual({
      responseModalities: ['AUDIO'],
      speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Kore' } } },
    })
    expect(encode({ service_tier: 'default' }).body).toMatchObject({ serviceTier: 'standard' })
  })

  test('the caller’s own fields join what is written', () => {
    const { body } = encode({
      temperature: 1,
      extra_body: {
        generationConfig: { mediaResolution: 'LOW', thinkingConfig: { includeThoughts: true } },
        safetySettings: [],
      },
      reasoning_effort: 'low',
    })
    expect(body).toMatchObject({
      generationConfig: {
        temperature: 1,
        mediaResolution: 'LOW',
        thinkingConfig: { thinkingBudget: 1024, includeThoughts: true },
      },
      safetySettings: [],
    })
  })

  test('the older kind of response schema stays alone', () => {
    const config = {
      responseMimeType: 'application/json',
      responseSchema: { type: 'OBJECT', properties: { a: { type: 'INTEGER' } } },
    }
    const read = codec.decodeRequest({ contents: [], generationConfig: config })
    expect(read.response_format).toMatchObject({
      json_schema: { schema: { type: 'object', properties: { a: { type: 'integer' } } } },
    })
    expect(generationConfig(read)).toEqual(config)
  })
})

describe('what the format cannot say', () => {
  test.each<[string, Partial<ChatRequest>]>([
    ['parallel_tool_calls', { parallel_tool_calls: false }],
    ['logit_bias', { logit_bias: { 5: 1 } }],
    ['prediction', { prediction: { type: 'content', content: 'a' } }],
    ['verbosity', { verbosity: 'low' }],
    ['service_tier', { service_tier: 'scale' }],
    ['custom tools', { tools: [{ type: 'custom', custom: { name: 'c' } }] }],
    ['a tool of anthropic-messages', { tools: [{ type: 'raw', protocol: 'anthropic-messages', value: {} }] }],
    [
      'image_url',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'not an address' } }] }] },
    ],
  ])('%s', (parameter, request) => {
    expect(() => encode(request)).toThrow(expect.objectContaining({ name: 'UnsupportedParameterError', parameter }))
    const { warnings } = encode(request, { dropUnsupported: true })
    expect(warnings.join()).toContain(parameter)
  })

  test('what has no effect is said', () => {
    const { warnings, body } = encode({
      user: 'u',
      metadata: { a: 'b' },
      stream_options: { include_usage: true },
      store: false,
    })
    expect(warnings).toEqual(['`user` has no effect here', '`metadata` has no effect here'])
    expect(Object.keys(body)).toEqual(['contents'])
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
