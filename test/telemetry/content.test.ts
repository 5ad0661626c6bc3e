import { describe, expect, test, vi } from 'vitest'
import type { ChatCompletion, ChatRequest } from '../../src/kernel/hub.js'
import { contentLimit } from '../../src/telemetry/content/content-limit.js'
import { contentAttributes, contentText } from '../../src/telemetry/content/recorded-content.js'
import { startCall } from '../../src/telemetry/spans/call.js'
import type { CaptureMode, TelemetryPart, TelemetrySettings } from '../../src/telemetry/settings.js'
import { spanHarness } from './span-harness.js'

const harness = spanHarness()

type Redact = TelemetrySettings['redact']

function recorded(
  request: Partial<ChatRequest> | undefined,
  response?: Partial<ChatCompletion>,
  redact?: Redact,
  failed?: boolean,
): Record<string, unknown> {
  const { onSpan } = contentAttributes(
    request && ({ model: 'm', messages: [], ...request } as ChatRequest),
    response &&
      ({ id: 'i', object: 'chat.completion', created: 0, model: 'm', choices: [], ...response } as ChatCompletion),
    { capture: 'span', redact },
    failed,
  )
  return Object.fromEntries(
    Object.entries(onSpan ?? {}).map(([key, value]) => [key, JSON.parse(String(value)) as unknown]),
  )
}

const choice = (message: object, finish_reason?: string) =>
  ({
    index: 0,
    finish_reason,
    logprobs: null,
    message: { role: 'assistant', content: null, refusal: null, ...message },
  }) as never

describe('the shape of the message schema', () => {
  test.each<[string, object, object]>([
    [
      'text',
      { role: 'user', content: 'hi', name: 'ann' },
      { role: 'user', name: 'ann', parts: [{ type: 'text', content: 'hi' }] },
    ],
    [
      'media',
      {
        role: 'user',
        content: [
          { type: 'text', text: 'see' },
          { type: 'image_url', image_url: { url: 'https://a/b.png' } },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          { type: 'input_audio', input_audio: { data: 'BBBB', format: 'wav' } },
          { type: 'file', file: { file_id: 'f' } },
          { type: 'file', file: { file_data: 'data:application/pdf;base64,CCCC' } },
        ],
      },
      {
        role: 'user',
        parts: [
          { type: 'text', content: 'see' },
          { type: 'uri', modality: 'image', uri: 'https://a/b.png' },
          { type: 'blob', modality: 'image', mime_type: 'image/png', content: 'AAAA' },
          { type: 'blob', modality: 'audio', mime_type: 'audio/wav', content: 'BBBB' },
          { type: 'file', modality: 'document', file_id: 'f' },
          { type: 'blob', modality: 'document', mime_type: 'application/pdf', content: 'CCCC' },
        ],
      },
    ],
    [
      'an assistant with thinking, text and tool calls',
      {
        role: 'assistant',
        content: 'so',
        reasoning_content: 'hm',
        tool_calls: [
          { id: '1', type: 'function', function: { name: 'add', arguments: '{"a":1}' } },
          { id: '2', type: 'function', function: { name: 'add', arguments: '{"a":' } },
          { id: '3', type: 'custom', custom: { name: 'run', input: 'x' } },
        ],
      },
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', content: 'hm' },
          { type: 'text', content: 'so' },
          { type: 'tool_call', id: '1', name: 'add', arguments: { a: 1 } },
          { type: 'tool_call', id: '2', name: 'add', arguments: '{"a":' },
          { type: 'tool_call', id: '3', name: 'run', arguments: 'x' },
        ],
      },
    ],
    [
      'an older function call',
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
      { role: 'assistant', parts: [{ type: 'tool_call', name: 'f', arguments: {} }] },
    ],
    [
      'a tool result',
      { role: 'tool', tool_call_id: '1', content: '4' },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: '1', response: '4' }] },
    ],
    [
      'a tool result of parts',
      { role: 'tool', tool_call_id: '1', content: [{ type: 'text', text: '4' }] },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: '1', response: [{ type: 'text', content: '4' }] }] },
    ],
  ])('%s', (_name, message, expected) => {
    expect(recorded({ messages: [message as never] })).toEqual({ 'gen_ai.input.messages': [expected] })
  })

  test('instructions are separate, with only text and generic parts', () => {
    const messages = [
      { role: 'system', content: 'be kind' },
      {
        role: 'developer',
        content: [
          { type: 'text', text: 'be short' },
          { type: 'image_url', image_url: { url: 'https://a/b.png' } },
        ],
      },
    ] as never
    expect(recorded({ messages })).toEqual({
      'gen_ai.system_instructions': [
        { type: 'text', content: 'be kind' },
        { type: 'text', content: 'be short' },
        { type: 'generic', value: { type: 'uri', modality: 'image', uri: 'https://a/b.png' } },
      ],
    })
  })

  test('tools have only their names', () => {
    const tools = [
      { type: 'function', function: { name: 'add', description: 'private', parameters: { secret: 1 } } },
    ] as never
    expect(recorded({ tools })).toEqual({ 'gen_ai.tool.definitions': [{ type: 'function', name: 'add' }] })
  })

  test.each([
    [true, 'error'],
    [false, 'unknown'],
  ])(
    'one output message for each choice; for a failed call (%s), one that did not finish has the reason %s',
    (failed, reason) => {
      const choices = [choice({ content: 'a' }, 'stop'), choice({ content: 'b' })]
      expect(recorded(undefined, { choices }, undefined, failed)).toEqual({
        'gen_ai.output.messages': [
          { role: 'assistant', parts: [{ type: 'text', content: 'a' }], finish_reason: 'stop' },
          { role: 'assistant', parts: [{ type: 'text', content: 'b' }], finish_reason: reason },
        ],
      })
    },
  )

  test('spoken answers', () => {
    const audio = { id: 'a', data: 'AAAA', expires_at: 0, transcript: 'hello' }
    expect(recorded(undefined, { choices: [choice({ audio }, 'stop')] })['gen_ai.output.messages']).toMatchObject([
      {
        parts: [
          { type: 'text', content: 'hello' },
          { type: 'blob', modality: 'audio', content: 'AAAA' },
        ],
      },
    ])
  })
})

describe('where content goes', () => {
  test.each<[CaptureMode, boolean, boolean]>([
    ['none', false, false],
    ['span', true, false],
    ['event', false, true],
    ['both', true, true],
  ])('%s', (capture, onSpan, onEvent) => {
    harness.use({ capture })
    const request = {
      model: 'm',
      messages: [{ role: 'user' as const, content: 'words' }],
      tools: [{ type: 'function' as const, function: { name: 'tool-words' } }],
    }
    const call = startCall({
      operation: 'chat',
      provider: 'p',
      model: 'm',
      request: { chat: request },
      baseURL: undefined,
    })
    call.response({
      chat: {
        id: 'i',
        object: 'chat.completion',
        created: 0,
        model: 'm',
        choices: [choice({ content: 'words' }, 'stop')],
      },
    })
    call.end()
    const { attributes, events } = harness.only()
    expect(JSON.stringify(attributes).includes('words')).toBe(onSpan)
    expect(events.map(({ name }) => name)).toEqual(onEvent ? ['gen_ai.client.inference.operation.details'] : [])
    if (onEvent)
      expect(Object.keys(events[0]?.attributes ?? {})).toEqual([
        'gen_ai.input.messages',
        'gen_ai.tool.definitions',
        'gen_ai.output.messages',
      ])
  })
})

describe('redaction', () => {
  const messages = [
    { role: 'system', content: 'secret 1' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'secret 2' },
        { type: 'raw', protocol: 'openai-chat', value: { deep: ['secret 3'] } },
      ],
    },
    {
      role: 'assistant',
      content: 'secret 4',
      tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{"x":"secret 5"}' } }],
    },
    { role: 'tool', tool_call_id: '1', content: 'secret 6' },
  ] as never
  const tools = [{ type: 'function', function: { name: 'secret 7' } }] as never
  const answer = { choices: [choice({ content: 'secret 8', reasoning_content: 'secret 9' }, 'stop')] }

  test('every part passes the redactor, wherever it is', () => {
    const seen: string[] = []
    const result = recorded({ messages, tools }, answer, (part) => {
      seen.push(...(JSON.stringify(part).match(/secret \d/g) ?? []))
      return JSON.parse(JSON.stringify(part).replaceAll('secret', 'hidden')) as TelemetryPart
    })
    expect(seen.sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `secret ${n}`))
    expect(JSON.stringify(result)).not.toContain('secret')
    expect(JSON.stringify(result)).toContain('hidden 3')
  })

  test.each<[string, Redact]>([
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['drops', () => null],
    ['returns nothing', (() => undefined) as never],
    ['returns a promise', (async (part: unknown) => part) as never],
    ['rejects', (() => Promise.reject(new Error('no'))) as never],
    ['returns a string', ((part: unknown) => JSON.stringify(part)) as never],
    ['returns a part without a type', ((part: object) => ({ ...part, type: undefined })) as never],
  ])('a redactor that %s hides the part', async (_name, redact) => {
    expect(JSON.stringify(recorded({ messages, tools }, answer, redact))).not.toContain('secret')
    harness.use({ redact })
    expect(contentText({ type: 'tool_call', arguments: 'secret' }, 'arguments')).toBeUndefined()
    await new Promise((resolve) => setImmediate(resolve))
  })

  test("a redactor may change the part without changing the program's objects", () => {
    const value = { deep: ['secret'] }
    const request = {
      messages: [{ role: 'user', content: [{ type: 'raw', protocol: 'openai-chat', value }] }] as never,
    }
    const result = recorded(request, undefined, (part) => {
      ;(part['value'] as typeof value).deep[0] = 'hidden'
      return part
    })
    expect(JSON.stringify(result)).toContain('hidden')
    expect(value).toEqual({ deep: ['secret'] })
  })

  test('the redactor sees the whole text, not what is left after cutting', () => {
    const text = `${'x'.repeat(200_000)}secret`
    const result = recorded({ messages: [{ role: 'user', content: text }] }, undefined, (part) =>
      String(part['content']).includes('secret') ? null : part,
    )
    expect(result).toEqual({ 'gen_ai.input.messages': [{ role: 'user', parts: [] }] })
  })
})

describe('limits', () => {
  const long = (length: number): object => ({ role: 'user', content: 'ä"\\'.repeat(length / 3) })

  test.each<[string, object[]]>([
    ['one long text', [long(600_000)]],
    ['many long texts', Array.from({ length: 50 }, () => long(30_000))],
    ['very many short texts', Array.from({ length: 20_000 }, (_, i) => ({ role: 'user', content: `message ${i}` }))],
  ])('%s fits and is valid JSON, the newest message included', (_name, messages) => {
    const { onSpan } = contentAttributes({ model: 'm', messages: messages as never }, undefined, {
      capture: 'span',
      redact: undefined,
    })
    const json = String(onSpan?.['gen_ai.input.messages'])
    expect(json.length).toBeLessThanOrEqual(contentLimit())
    expect(json.length).toBeGreaterThan(contentLimit() / 50)
    const parsed = JSON.parse(json) as { parts: { content: string }[] }[]
    const last = (messages.at(-1) as { content: string }).content
    expect(parsed.at(-1)?.parts[0]?.content.slice(0, 20)).toBe(last.slice(0, 20))
  })

  test('large data is left out, small data is not', () => {
    const image = (size: number) => ({
      type: 'image_url',
      image_url: { url: `data:image/png;base64,${'A'.repeat(size)}` },
    })
    const result = recorded({ messages: [{ role: 'user', content: [image(4), image(400_000)] }] as never })
    expect(result['gen_ai.input.messages']).toEqual([
      {
        role: 'user',
        parts: [
          { type: 'blob', modality: 'image', mime_type: 'image/png', content: 'AAAA' },
          { type: 'blob', modality: 'image', mime_type: 'image/png', content: '', omitted_bytes: 300_000 },
        ],
      },
    ])
  })

  test('the limit of the SDK holds where it is lower', () => {
    vi.stubEnv('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT', '2000')
    vi.stubEnv('OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'nonsense')
    try {
      expect(contentLimit()).toBe(2000)
    } finally {
      vi.unstubAllEnvs()
    }
    expect(contentLimit()).toBe(128 * 1024)
  })

  test('if one attribute cannot be read, the others still are', () => {
    const messages = [
      { role: 'system', content: 'fine' },
      {
        role: 'user',
        get content(): string {
          throw new Error('no')
        },
      },
    ] as never
    expect(recorded({ messages })).toEqual({ 'gen_ai.system_instructions': [{ type: 'text', content: 'fine' }] })
  })
})
