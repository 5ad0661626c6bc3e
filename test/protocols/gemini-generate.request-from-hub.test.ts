/** Requests that come from the hub: what `generateContent` says in its own way, and what it cannot say. */
import { describe, expect, test } from 'vitest'
import type { AssistantMessage, ChatRequest, ToolMessage } from '../../src/kernel/hub.js'
import { geminiGenerate as codec } from '../../src/protocols/gemini-generate/index.js'
import { encode, generationConfig, hello, partsAt } from './support/gemini-generate.js'

const calling: AssistantMessage = {
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'x', type: 'function', function: { name: 'f', arguments: '{}' } }],
}

describe('fields that the hub names otherwise', () => {
  test('tool results: text, JSON, failures, media', () => {
    const result = (content: ToolMessage['content'], is_error?: boolean): unknown => {
      const message: ToolMessage = {
        role: 'tool',
        tool_call_id: 'x',
        content,
        ...(is_error !== undefined && { is_error }),
      }
      return partsAt(encode({ messages: [...hello, calling, message] }, { model: 'gemini-3-flash' }).body, 2)[0]?.[
        'functionResponse'
      ]
    }
    expect(result('plain')).toEqual({ id: 'x', name: 'f', response: { output: 'plain' } })
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
    const contents = [
      { role: 'user', parts: [{ text: 'hi' }] },
      { role: 'model', parts: [{ functionCall: { name: 'f', args: {} }, thoughtSignature: 'c2ln' }] },
      { role: 'user', parts: [{ functionResponse: { name: 'f', response } }] },
    ]
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

  test('an older response schema is sent without the newer one', () => {
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

describe('fields that the format does not have', () => {
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

  test('a setting without effect is named in a warning', () => {
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

test('a video of YouTube is no image, wherever it is given', () => {
  const url = 'https://www.youtube.com/watch?v=abc'
  const { body } = encode({
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url } },
          { type: 'file', file: { file_data: url } },
        ],
      },
    ],
  })
  expect(partsAt(body, 0)).toEqual([{ fileData: { fileUri: url } }, { fileData: { fileUri: url } }])
})

test.each([
  ['publishers/google/models/gemini-3-pro', '/models/gemini-3-pro:generateContent'],
  ['projects/p/locations/eu/publishers/google/models/m@1', '/models/m@1:generateContent'],
])('what is in the base URL of Vertex AI is left out of the name %s', (model, path) => {
  expect(encode({}, { model }).path).toBe(path)
})

test('a stop that is no text is refused by its name', () => {
  expect(() => encode({ stop: {} as unknown as string })).toThrow(/stop/)
})
