import { describe, expect, test } from 'vitest'
import type { ChatRequest, Message } from '../../src/kernel/hub.js'
import type { EncodeContext, JsonObject, Quirks } from '../../src/kernel/protocol.js'
import { openaiResponses } from '../../src/protocols/openai-responses/index.js'

function encode(request: Partial<ChatRequest>, options: { quirks?: Quirks; dropUnsupported?: boolean } = {}) {
  const warnings: string[] = []
  const context: EncodeContext = {
    provider: 'a-provider',
    model: 'a-model',
    quirks: options.quirks ?? {},
    dropUnsupported: options.dropUnsupported ?? false,
    warn: (message) => warnings.push(message),
  }
  const { body } = openaiResponses.encodeRequest(
    { model: 'ignored', messages: [{ role: 'user', content: 'Hi' }], ...request },
    context,
  )
  return { body, warnings, input: body.input as JsonObject[] }
}

/** Reads a wire request and writes it again. */
function again(wire: JsonObject): JsonObject {
  const request = openaiResponses.decodeRequest(wire)
  return encode(request).body
}

describe('messages', () => {
  test('a leading system message is instructions, later ones and developer messages keep their place', () => {
    const messages: Message[] = [
      { role: 'system', content: 'Be kind.' },
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
      { role: 'system', content: 'Now be loud.' },
    ]
    const { body, input } = encode({ messages })
    expect(body.instructions).toBe('Be kind.')
    expect(input.map(({ role, content }) => [role, content])).toEqual([
      ['developer', 'Be brief.'],
      ['user', 'Hi'],
      ['system', 'Now be loud.'],
    ])
    expect(openaiResponses.decodeRequest(body).messages).toEqual(messages)
  })

  test.each([
    [
      'instructions',
      { model: 'a-model', instructions: 'Be kind.', input: [{ type: 'message', role: 'user', content: 'Hi' }] },
    ],
    [
      'a system item in first place',
      { model: 'a-model', input: [{ type: 'message', role: 'system', content: 'Be kind.' }] },
    ],
    [
      'both',
      {
        model: 'a-model',
        instructions: 'Be kind.',
        input: [{ type: 'message', role: 'system', content: 'Be brief.' }],
      },
    ],
  ])('%s return as they were', (_, wire) => {
    expect(again(wire)).toEqual(wire)
  })

  test('content parts go out as input parts', () => {
    const content = [
      { type: 'text' as const, text: 'What is this?' },
      { type: 'image_url' as const, image_url: { url: 'data:image/png;base64,AA==', detail: 'high' as const } },
      { type: 'file' as const, file: { file_data: 'data:application/pdf;base64,AA==', filename: 'a.pdf' } },
      { type: 'input_audio' as const, input_audio: { data: 'AA==', format: 'wav' as const } },
    ]
    const { body, input } = encode({ messages: [{ role: 'user', content }] })
    expect(input[0]?.content).toEqual([
      { type: 'input_text', text: 'What is this?' },
      { type: 'input_image', image_url: 'data:image/png;base64,AA==', detail: 'high' },
      { type: 'input_file', file_data: 'data:application/pdf;base64,AA==', filename: 'a.pdf' },
      { type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } },
    ])
    expect(openaiResponses.decodeRequest(body).messages).toEqual([{ role: 'user', content }])
  })

  test('a turn of an agent goes out and comes back, custom calls with their own output item', () => {
    const messages: Message[] = [
      { role: 'user', content: 'Measure.' },
      {
        role: 'assistant',
        content: 'I will.',
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'measure', arguments: '{}' } },
          { id: 'call_2', type: 'custom', custom: { name: 'note', input: 'x' } },
        ],
      },
      {
        role: 'tool',
        tool_call_id: 'call_1',
        content: [
          { type: 'text', text: '3' },
          { type: 'image_url', image_url: { url: 'https://example.test/a.png' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_2', content: 'noted' },
    ]
    const { body, input } = encode({ messages })
    expect(input.map(({ type }) => type)).toEqual([
      'message',
      'message',
      'function_call',
      'custom_tool_call',
      'function_call_output',
      'custom_tool_call_output',
    ])
    expect(openaiResponses.decodeRequest(body).messages).toEqual(messages)
  })

  test('items of the assistant that follow each other are one message, and return in their order', () => {
    const input = [
      { type: 'message', role: 'user', content: 'Go.' },
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: 'sealed' },
      {
        type: 'function_call',
        id: 'fc_1',
        call_id: 'call_1',
        name: 'f',
        arguments: '{}',
        status: 'completed',
        namespace: 'n',
      },
      { type: 'function_call_output', call_id: 'call_1', output: 'ok' },
      { type: 'reasoning', id: 'rs_2', summary: [], encrypted_content: 'sealed' },
      { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'q' } },
      {
        type: 'message',
        id: 'msg_1',
        role: 'assistant',
        status: 'completed',
        phase: 'final_answer',
        content: [
          {
            type: 'output_text',
            text: 'One.',
            annotations: [{ type: 'file_citation', file_id: 'f', filename: 'n', index: 1 }],
          },
          { type: 'output_text', text: 'Two.', annotations: [] },
        ],
      },
      { type: 'item_reference', id: 'msg_0' },
      { type: 'computer_call_output', call_id: 'call_9', output: { type: 'computer_screenshot', image_url: 'data:,' } },
      {
        type: 'message',
        role: 'user',
        content: [{ type: 'input_text', text: 'More', prompt_cache_breakpoint: { mode: 'explicit' } }],
      },
    ]
    const wire = { model: 'a-model', input }
    const { messages } = openaiResponses.decodeRequest(wire)
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant', 'user', 'user', 'user'])
    expect(messages[1]).toMatchObject({ reasoning_content: 'Hm.', tool_calls: [{ id: 'call_1' }] })
    expect(messages[3]).toMatchObject({ content: 'One.Two.' })
    expect(again(wire)).toEqual(wire)
  })

  test('a text that was changed on the way is the text that is sent, without citations that point astray', () => {
    const message = {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      content: [
        {
          type: 'output_text',
          text: 'secret',
          annotations: [{ type: 'file_citation', file_id: 'f', filename: 'n', index: 1 }],
        },
      ],
    }
    const request = openaiResponses.decodeRequest({ model: 'm', input: [message] })
    const [assistant] = request.messages
    if (assistant?.role !== 'assistant' || assistant.blocks?.[0]?.type !== 'text')
      throw new Error('expected a text block')
    assistant.content = assistant.blocks[0].text = '[masked]'
    expect(JSON.stringify(encode(request).body)).not.toContain('secret')
    expect(encode(request).input[0]).toMatchObject({ id: 'msg_1', content: [{ text: '[masked]', annotations: [] }] })
  })

  test('thinking of another provider is left out with a warning, or sent where the speaker takes it', () => {
    const messages: Message[] = [
      { role: 'assistant', content: 'Hi', thinking_blocks: [{ type: 'thinking', thinking: 'Hm.', signature: 's' }] },
    ]
    const { input, warnings } = encode({ messages })
    expect(input).toEqual([{ type: 'message', role: 'assistant', content: 'Hi' }])
    expect(warnings).toHaveLength(1)
    expect(encode({ messages }, { quirks: { reasoningContent: true } }).input[0]).toEqual({
      type: 'reasoning',
      summary: [],
      content: [{ type: 'reasoning_text', text: 'Hm.' }],
    })
  })
})

describe('parameters', () => {
  test('each goes to its place', () => {
    const { body } = encode({
      max_tokens: 10,
      temperature: 0.5,
      top_p: 0.9,
      logprobs: true,
      top_logprobs: 2,
      reasoning_effort: 'low',
      verbosity: 'high',
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' }, strict: true } },
      parallel_tool_calls: false,
      previous_response_id: 'resp_0',
      store: false,
      metadata: { a: 'b' },
      user: 'u',
      service_tier: 'flex',
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: false },
      prompt_cache_key: 'k',
    })
    expect(body).toMatchObject({
      model: 'a-model',
      max_output_tokens: 10,
      temperature: 0.5,
      top_p: 0.9,
      include: ['message.output_text.logprobs'],
      top_logprobs: 2,
      reasoning: { effort: 'low' },
      text: { verbosity: 'high', format: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: true } },
      parallel_tool_calls: false,
      previous_response_id: 'resp_0',
      store: false,
      metadata: { a: 'b' },
      user: 'u',
      service_tier: 'flex',
      stream: true,
      stream_options: { include_obfuscation: false },
      prompt_cache_key: 'k',
    })
    expect(body).not.toHaveProperty('max_tokens')
  })

  test('tools are flat, and a function is strict only when the caller says so', () => {
    const { body } = encode({
      tools: [
        { type: 'function', function: { name: 'f', parameters: { type: 'object' } } },
        { type: 'custom', custom: { name: 'c', description: 'd' } },
        { type: 'raw', protocol: 'openai-responses', value: { type: 'web_search', search_context_size: 'low' } },
      ],
      tool_choice: {
        type: 'allowed_tools',
        allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'f' } }] },
      },
    })
    expect(body.tools).toEqual([
      { type: 'function', name: 'f', parameters: { type: 'object' }, strict: false },
      { type: 'custom', name: 'c', description: 'd' },
      { type: 'web_search', search_context_size: 'low' },
    ])
    expect(body.tool_choice).toEqual({ type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'f' }] })
  })

  test.each([
    ['stop', { stop: 'x' }],
    ['seed', { seed: 1 }],
    ['n', { n: 2 }],
    ['frequency_penalty', { frequency_penalty: 1 }],
    ['presence_penalty', { presence_penalty: 1 }],
    ['logit_bias', { logit_bias: { 1: 1 } }],
    ['audio', { audio: { format: 'wav', voice: 'v' } }],
    ['modalities', { modalities: ['text', 'audio'] }],
    ['prediction', { prediction: { type: 'content', content: 'x' } }],
  ] satisfies [string, Partial<ChatRequest>][])('%s is refused, or left out with a warning', (parameter, request) => {
    expect(() => encode(request)).toThrow(expect.objectContaining({ name: 'UnsupportedParameterError', parameter }))
    const { body, warnings } = encode(request, { dropUnsupported: true })
    expect(body).not.toHaveProperty(parameter)
    expect(warnings.join()).toContain(parameter)
  })

  test('a value without effect is no reason to refuse', () => {
    const { body } = encode({
      n: 1,
      stop: [],
      frequency_penalty: 0,
      presence_penalty: 0,
      logit_bias: {},
      modalities: ['text'],
      seed: null,
    })
    expect(Object.keys(body)).toEqual(['model', 'input'])
  })

  test('extra_body comes last and joins settings', () => {
    const { body } = encode({
      temperature: 1,
      reasoning_effort: 'low',
      extra_body: { temperature: 0, reasoning: { summary: 'auto' }, truncation: 'auto' },
    })
    expect(body).toMatchObject({ temperature: 0, reasoning: { effort: 'low', summary: 'auto' }, truncation: 'auto' })
  })

  test('fields that only this format has are kept and come back', () => {
    const wire = {
      model: 'a-model',
      input: [{ type: 'message', role: 'user', content: 'Hi' }],
      include: ['reasoning.encrypted_content', 'message.output_text.logprobs'],
      reasoning: { effort: 'high', summary: 'detailed' },
      text: { format: { type: 'json_object' }, verbosity: 'low', other: 1 },
      tools: [
        { type: 'function', name: 'f', description: 'd', parameters: null, strict: true, defer_loading: true },
        { type: 'file_search', vector_store_ids: ['v'] },
      ],
      tool_choice: { type: 'file_search' },
      truncation: 'auto',
      conversation: 'conv_1',
      background: true,
      prompt: { id: 'p' },
    }
    expect(again(wire)).toEqual(wire)
    const request = openaiResponses.decodeRequest(wire)
    expect(request.raw?.protocol).toBe('openai-responses')
    // Tools that were removed on the way do not come back.
    expect(encode({ ...request, tools: [] }).body.tools).toEqual([])
  })

  test('strictness that was left to the API stays so', () => {
    const wire = {
      model: 'a-model',
      input: [{ type: 'message', role: 'user', content: 'Hi' }],
      tools: [{ type: 'function', name: 'f', parameters: {} }],
    }
    expect(again(wire)).toEqual(wire)
  })
})

describe('reading', () => {
  test('without content only scalars are read, and input is never looked at', () => {
    const wire = {
      model: 'm',
      temperature: 0.5,
      max_output_tokens: 5,
      stream: true,
      reasoning: { effort: 'low' },
      service_tier: 'flex',
      text: { format: { type: 'json_schema', name: 'n', schema: { a: 1 } } },
      previous_response_id: 'resp_0',
      get input(): never {
        throw new Error('input was read')
      },
      get tools(): never {
        throw new Error('tools were read')
      },
    }
    expect(openaiResponses.decodeRequest(wire, { content: false })).toEqual({
      model: 'm',
      messages: [],
      temperature: 0.5,
      max_completion_tokens: 5,
      stream: true,
      reasoning_effort: 'low',
      service_tier: 'flex',
      response_format: { type: 'json_schema', json_schema: { name: 'n' } },
      previous_response_id: 'resp_0',
    })
  })

  test('a string is one user message', () => {
    expect(openaiResponses.decodeRequest({ model: 'm', input: 'Hi' }).messages).toEqual([
      { role: 'user', content: 'Hi' },
    ])
  })

  test.each([undefined, null, 'secret-key', 4, [['secret-key']]])('%j is refused without showing it', (wire) => {
    expect(() => openaiResponses.decodeRequest(wire)).toThrow(
      expect.objectContaining({ name: 'StreamError', message: expect.not.stringContaining('secret-key') as string }),
    )
  })
})
