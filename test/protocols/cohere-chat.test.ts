import { describe, expect, test } from 'vitest'
import { createChatAccumulator } from '../../src/kernel/accumulate.js'
import { ProviderError, StreamError, UnsupportedParameterError } from '../../src/kernel/errors.js'
import type { AssistantMessage, ChatCompletion, ChatRequest } from '../../src/kernel/hub.js'
import type { EncodeContext, JsonObject } from '../../src/kernel/protocol.js'
import { cohereChat as codec } from '../../src/protocols/cohere-chat/index.js'
import { eventsOf } from '../contracts/chunks.js'
import { completionMeaning } from '../contracts/meaning.js'

let warnings: string[] = []
function context(dropUnsupported = false): EncodeContext {
  warnings = []
  return {
    provider: 'cohere',
    model: 'command-a-03-2025',
    quirks: {},
    dropUnsupported,
    warn: (message) => warnings.push(message),
  }
}

function bodyOf(request: Partial<ChatRequest>, dropUnsupported = false): JsonObject {
  return codec.encodeRequest({ model: 'm', messages: [], ...request }, context(dropUnsupported)).body
}

function read(events: readonly JsonObject[]): {
  completion: ChatCompletion
  done: boolean
  chunks: ReturnType<typeof codec.encodeResponse>[]
} {
  const decoder = codec.createStreamDecoder()
  const accumulator = createChatAccumulator()
  const chunks = [...events.flatMap((event) => [...decoder.push(event)]), ...decoder.end()]
  for (const chunk of chunks) accumulator.push(chunk)
  return { completion: accumulator.result(), done: decoder.done, chunks: chunks as never }
}

const tool = (name: string) => ({
  type: 'function' as const,
  function: { name, parameters: { type: 'object', properties: {} } },
})

describe('requests', () => {
  test('every setting has its field', () => {
    const body = bodyOf({
      max_completion_tokens: 10,
      stop: 'END',
      top_k: 3,
      top_p: 0.5,
      seed: 1,
      temperature: 0.2,
      frequency_penalty: 0.1,
      presence_penalty: 0.2,
      logprobs: true,
      reasoning_effort: 'low',
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } },
      stream: true,
      stream_options: { include_usage: true },
    })
    expect(body).toEqual({
      model: 'command-a-03-2025',
      messages: [],
      max_tokens: 10,
      stop_sequences: ['END'],
      k: 3,
      p: 0.5,
      seed: 1,
      temperature: 0.2,
      frequency_penalty: 0.1,
      presence_penalty: 0.2,
      logprobs: true,
      thinking: { type: 'enabled', token_budget: 1024 },
      response_format: { type: 'json_object', json_schema: { type: 'object' } },
      stream: true,
    })
    expect(warnings).toEqual([])
  })

  test('a named function is required by offering it alone', () => {
    const body = bodyOf({ tools: [tool('a'), tool('b')], tool_choice: { type: 'function', function: { name: 'b' } } })
    expect(body).toMatchObject({ tools: [tool('b')], tool_choice: 'REQUIRED' })
    const allowed = {
      type: 'allowed_tools' as const,
      allowed_tools: { mode: 'auto' as const, tools: [{ type: 'function', function: { name: 'a' } }] },
    }
    expect(bodyOf({ tools: [tool('a'), tool('b')], tool_choice: allowed })).toMatchObject({ tools: [tool('a')] })
    expect(bodyOf({ tools: [tool('a')], tool_choice: allowed })).not.toHaveProperty('tool_choice')
    expect(bodyOf({ tools: [tool('a')], tool_choice: 'none' })).toMatchObject({ tool_choice: 'NONE' })
  })

  test('strict functions', () => {
    const strict = { type: 'function' as const, function: { ...tool('a').function, strict: true } }
    expect(bodyOf({ tools: [strict, tool('b')] })).toMatchObject({ strict_tools: true, tools: [tool('a'), tool('b')] })
    expect(warnings).toEqual([expect.stringContaining('strict')])
    expect(codec.decodeRequest({ model: 'm', messages: [], strict_tools: true, tools: [tool('a')] }).tools).toEqual([
      strict,
    ])
    const off = codec.decodeRequest({ model: 'm', messages: [], strict_tools: false, tools: [tool('a')] })
    expect(codec.encodeRequest(off, context()).body).toMatchObject({ strict_tools: false })
  })

  test('fields of the format pass, from a caller or from the wire', () => {
    const own = {
      documents: ['text', { id: 'd', data: { text: 't' } }],
      citation_options: { mode: 'FAST' },
      safety_mode: 'OFF',
      priority: 3,
    }
    expect(bodyOf(own as Partial<ChatRequest>)).toMatchObject(own)
    const decoded = codec.decodeRequest({ model: 'm', messages: [{ role: 'user', content: 'q' }], ...own })
    expect(decoded.raw).toEqual({ protocol: 'cohere-chat', value: own })
    expect(codec.encodeRequest(decoded, context()).body).toMatchObject(own)
    expect(bodyOf({ extra_body: { safety_mode: 'STRICT' } })).toMatchObject({ safety_mode: 'STRICT' })
  })

  test.each([
    ['n', { n: 2 }],
    ['logit_bias', { logit_bias: { 5: 1 } }],
    ['top_logprobs', { top_logprobs: 2 }],
    ['parallel_tool_calls', { parallel_tool_calls: false }],
    ['custom tools', { tools: [{ type: 'custom', custom: { name: 'c' } }] }],
    [
      'file parts in user messages',
      { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }] },
    ],
    [
      'image_url parts in tool messages',
      {
        messages: [
          { role: 'tool', tool_call_id: 'c', content: [{ type: 'image_url', image_url: { url: 'https://x.test' } }] },
        ],
      },
    ],
    [
      'a tool of openai-responses',
      { tools: [{ type: 'raw', protocol: 'openai-responses', value: { type: 'web_search' } }] },
    ],
    ['reasoning_effort', { reasoning_effort: 'extreme' }],
  ] as [string, Partial<ChatRequest>][])('%s cannot be said: an error, or a warning', (parameter, request) => {
    expect(() => bodyOf(request)).toThrow(expect.objectContaining({ name: 'UnsupportedParameterError', parameter }))
    bodyOf(request, true)
    expect(warnings).toEqual([expect.stringContaining(parameter)])
  })

  test('values that ask for nothing pass in silence', () => {
    bodyOf({
      n: 1,
      parallel_tool_calls: true,
      logit_bias: {},
      top_logprobs: 0,
      modalities: ['text'],
      store: false,
      user: undefined as never,
    })
    expect(warnings).toEqual([])
    expect(() => bodyOf({ n: 2 })).toThrow(UnsupportedParameterError)
  })

  test('an answer goes back as history with plan, thinking, calls and citations as they were', () => {
    const message = {
      role: 'assistant',
      tool_plan: 'I will look.',
      content: [
        { type: 'thinking', thinking: 'Hm.' },
        { type: 'text', text: 'It is a cat.' },
      ],
      tool_calls: [{ id: 'c', type: 'function', function: { name: 'look', arguments: '{}' } }],
      citations: [
        {
          start: 8,
          end: 11,
          text: 'cat',
          sources: [{ type: 'tool', id: 'c:0', tool_output: { text: 'cat' } }],
          content_index: 1,
          type: 'TEXT_CONTENT',
        },
        { start: 0, end: 2, text: 'Hm', sources: [], content_index: 0, type: 'THINKING_CONTENT' },
        { start: 7, end: 11, text: 'look', sources: [], type: 'PLAN' },
      ],
    }
    const { choices } = codec.decodeResponse({ id: 'x', finish_reason: 'TOOL_CALL', message })
    const history = choices[0]!.message as AssistantMessage
    expect(history.reasoning_content).toBe('Hm.I will look.')
    const [written] = bodyOf({ messages: [history] })['messages'] as JsonObject[]
    const { citations, ...rest } = written!
    const { citations: recorded, ...expected } = message
    expect(rest).toEqual(expected)
    // In the order of what they stand on.
    expect(citations).toEqual([recorded[1], recorded[0], recorded[2]])
  })

  test('a changed message is written from what the caller changed it to', () => {
    const { choices } = codec.decodeResponse({
      message: {
        content: [{ type: 'text', text: 'One.' }],
        citations: [{ start: 0, end: 3, text: 'One', sources: [{ type: 'document', id: 'd' }] }],
      },
    })
    expect(bodyOf({ messages: [{ ...choices[0]!.message, content: 'Two.' }] })['messages']).toEqual([
      { role: 'assistant', content: 'Two.' },
    ])
  })

  test('results of the old function form are numbered', () => {
    const messages: ChatRequest['messages'] = [
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
      { role: 'function', name: 'f', content: 'r' },
    ]
    expect(bodyOf({ messages })['messages']).toEqual([
      {
        role: 'assistant',
        tool_calls: [{ id: 'function_call_0', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'function_call_0', content: 'r' },
    ])
  })
})

const answer = (more: JsonObject) => ({
  id: 'a',
  finish_reason: 'COMPLETE',
  message: { role: 'assistant', content: [{ type: 'text', text: 'x' }] },
  ...more,
})

describe('answers', () => {
  test('usage: what the model read, with what is cached of it and what is billed', () => {
    const usage = {
      billed_units: { input_tokens: 39, output_tokens: 27 },
      tokens: { input_tokens: 1683, output_tokens: 62 },
      cached_tokens: 992,
    }
    const read = codec.decodeResponse(answer({ usage }))
    expect(read.usage).toEqual({
      prompt_tokens: 1683,
      completion_tokens: 62,
      total_tokens: 1745,
      prompt_tokens_details: { cached_tokens: 992 },
      billed_units: { input_tokens: 39, output_tokens: 27 },
    })
    expect(codec.encodeResponse(read)['usage']).toEqual(usage)
    expect(codec.decodeResponse(answer({ usage: { billed_units: { search_units: 1 } } })).usage).toBeUndefined()
  })

  test.each([
    ['COMPLETE', 'stop', undefined],
    ['STOP_SEQUENCE', 'stop', 'STOP_SEQUENCE'],
    ['MAX_TOKENS', 'length', undefined],
    ['TOOL_CALL', 'tool_calls', undefined],
    ['ERROR_TOXIC', 'content_filter', undefined],
    ['SOMETHING_NEW', 'stop', 'SOMETHING_NEW'],
  ])('%s is %s', (wire, finish, native) => {
    const read = codec.decodeResponse(answer({ finish_reason: wire }))
    expect(read.choices[0]).toMatchObject({ finish_reason: finish })
    expect(read.choices[0]?.native_finish_reason).toBe(native)
    if (native !== 'SOMETHING_NEW') expect(codec.encodeResponse(read)['finish_reason']).toBe(wire)
  })

  test.each(['ERROR', 'TIMEOUT', 'error'])('%s is an error that may pass', (reason) => {
    expect(() => codec.decodeResponse(answer({ finish_reason: reason }))).toThrow(
      expect.objectContaining({ name: 'ProviderError', isRetryable: true }),
    )
  })

  test('`null` arguments are an empty object', () => {
    const call = { id: 'c', type: 'function', function: { name: 'now', arguments: 'null' } }
    const read = codec.decodeResponse(answer({ message: { tool_calls: [call] }, finish_reason: 'TOOL_CALL' }))
    expect(read.choices[0]?.message).toMatchObject({
      content: null,
      tool_calls: [{ function: { name: 'now', arguments: '{}' } }],
    })
  })

  test('a source with an address is an annotation of the whole text; other sources stay in the raw form', () => {
    const web = {
      start: 0,
      end: 3,
      text: 'Two',
      sources: [{ type: 'document', id: 'd', document: { id: 'd', url: 'https://x.test', title: 'X', snippet: 's' } }],
      content_index: 1,
      type: 'TEXT_CONTENT',
    }
    const message = {
      role: 'assistant',
      content: [
        { type: 'text', text: 'One. ' },
        { type: 'text', text: 'Two.' },
      ],
      citations: [web],
    }
    const read = codec.decodeResponse(answer({ message }))
    expect(read.choices[0]?.message.annotations).toEqual([
      { type: 'url_citation', url_citation: { url: 'https://x.test', title: 'X', start_index: 5, end_index: 8 } },
    ])
    expect(codec.encodeResponse(read)['message']).toEqual(message)
  })

  test('annotations of another provider become citations, and come back', () => {
    const annotations = [
      {
        type: 'url_citation' as const,
        url_citation: { url: 'https://x.test', title: 'X', start_index: 1, end_index: 3 },
      },
    ]
    const completion: ChatCompletion = {
      id: 'o',
      object: 'chat.completion',
      created: 0,
      model: '',
      choices: [
        {
          index: 0,
          finish_reason: 'stop',
          logprobs: null,
          message: { role: 'assistant', content: 'abcd', refusal: null, annotations },
        },
      ],
    }
    const wire = codec.encodeResponse(completion)
    expect(wire['message']).toMatchObject({
      citations: [{ start: 1, end: 3, text: 'bc', sources: [{ type: 'document', id: 'https://x.test' }] }],
    })
    expect(codec.decodeResponse(wire).choices[0]?.message).toEqual(completion.choices[0]?.message)
  })

  test('log probabilities: the tokens of a piece of text count as one; the originals stay', () => {
    const logprobs = [
      { text: 'x', token_ids: [1], logprobs: [-0.5] },
      { text: ' y', token_ids: [2, 3], logprobs: [-0.25, -0.25] },
    ]
    const read = codec.decodeResponse(answer({ logprobs }))
    expect(read.choices[0]?.logprobs?.content?.map(({ token, logprob }) => [token, logprob])).toEqual([
      ['x', -0.5],
      [' y', -0.5],
    ])
    expect(codec.encodeResponse(read)['logprobs']).toEqual(logprobs)
  })

  test('no key and no long text in an error', () => {
    const error = codec.decodeError({ id: 'e', message: `bad key sk-abcdefgh12345678 ${'x'.repeat(5000)}` })
    expect(error?.message).not.toContain('sk-abcdefgh')
    expect(error?.message.length).toBeLessThan(1100)
    expect(codec.decodeError(answer({}))).toBeUndefined()
  })
})

const event = (type: string, message?: JsonObject, index?: number): JsonObject => ({
  type,
  ...(index !== undefined && { index }),
  ...(message && { delta: { message } }),
})
const start = {
  id: 's',
  type: 'message-start',
  delta: { message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] } },
}
const end = {
  type: 'message-end',
  delta: { finish_reason: 'COMPLETE', usage: { tokens: { input_tokens: 3, output_tokens: 4 } } },
}

const stream = [
  start,
  event('content-start', { content: { type: 'thinking', thinking: '' } }, 0),
  event('content-delta', { content: { thinking: 'Hm.' } }, 0),
  event('content-end', undefined, 0),
  event('content-start', { content: { type: 'text', text: '' } }, 1),
  event('content-delta', { content: { text: 'A cat' } }, 1),
  event(
    'citation-start',
    {
      citations: {
        start: 2,
        end: 5,
        text: 'cat',
        sources: [{ type: 'document', id: 'd', document: { id: 'd', url: 'https://x.test' } }],
        content_index: 1,
        type: 'TEXT_CONTENT',
      },
    },
    0,
  ),
  event('citation-end', undefined, 0),
  event('content-delta', { content: { text: '.' } }, 1),
  event('content-end', undefined, 1),
  { type: 'debug', prompt: 'secret' },
  event('tool-plan-delta', { tool_plan: 'I will ' }),
  event('tool-plan-delta', { tool_plan: 'look.' }),
  event('citation-start', { citations: { start: 7, end: 11, text: 'look', sources: [], type: 'PLAN' } }, 1),
  event('citation-end', undefined, 1),
  event('tool-call-start', { tool_calls: { id: 'c', type: 'function', function: { name: 'look', arguments: '' } } }, 0),
  event('tool-call-delta', { tool_calls: { function: { arguments: '{"a"' } } }, 0),
  event('tool-call-start', { tool_calls: { id: 'e', type: 'function', function: { name: 'now', arguments: '' } } }, 1),
  event('tool-call-delta', { tool_calls: { function: { arguments: ':1}' } } }, 0),
  event('tool-call-end', undefined, 0),
  event('tool-call-delta', { tool_calls: { function: { arguments: 'nul' } } }, 1),
  event('tool-call-delta', { tool_calls: { function: { arguments: 'l' } } }, 1),
  event('tool-call-end', undefined, 1),
  {
    type: 'message-end',
    delta: { finish_reason: 'TOOL_CALL', usage: { tokens: { input_tokens: 3, output_tokens: 4 } } },
  },
]

const whole = {
  id: 's',
  finish_reason: 'TOOL_CALL',
  message: {
    role: 'assistant',
    tool_plan: 'I will look.',
    content: [
      { type: 'thinking', thinking: 'Hm.' },
      { type: 'text', text: 'A cat.' },
    ],
    tool_calls: [
      { id: 'c', type: 'function', function: { name: 'look', arguments: '{"a":1}' } },
      { id: 'e', type: 'function', function: { name: 'now', arguments: '{}' } },
    ],
    citations: stream
      .filter(({ type }) => type === 'citation-start')
      .map((one) => (one as { delta: { message: { citations: JsonObject } } }).delta.message.citations),
  },
  usage: { tokens: { input_tokens: 3, output_tokens: 4 } },
}

describe('streams', () => {
  test('thinking, text, plan, interleaved calls and citations: the same answer as whole', () => {
    const { completion, done } = read(stream)
    expect(done).toBe(true)
    expect(completion).toEqual(codec.decodeResponse(whole))
    expect(codec.encodeResponse(completion)).toEqual(whole)
  })

  test('written again, a stream reads the same', () => {
    const decoder = codec.createStreamDecoder()
    const chunks = stream.flatMap((one) => [...decoder.push(one)])
    const events = eventsOf(codec, chunks).map(({ data }) => data as JsonObject)
    expect(read(events).completion).toEqual(codec.decodeResponse(whole))
    expect(events.at(-1)).toEqual({ id: 's', ...stream.at(-1) })
  })

  test('without content, the scalars alone', () => {
    const decoder = codec.createStreamDecoder({ content: false })
    const chunks = stream.flatMap((one) => [...decoder.push(one)])
    expect(chunks).toHaveLength(3)
    expect(JSON.stringify(chunks)).not.toMatch(/cat|look|Hm/)
    expect(decoder.done).toBe(true)
  })

  test('an unknown kind of content is kept whole', () => {
    const { completion } = read([
      start,
      event('content-start', { content: { type: 'image', data: 'ab' } }, 0),
      event('content-delta', { content: { data: 'cd' } }, 0),
      event('content-end', undefined, 0),
      end,
    ])
    expect(completion.choices[0]?.message.blocks).toEqual([
      { type: 'raw', protocol: 'cohere-chat', value: { type: 'image', data: 'abcd' } },
    ])
  })

  test('deltas without a start, and events of later versions', () => {
    const { completion } = read([
      start,
      { type: 'weather-report' },
      event('content-delta', { content: { text: 'hi' } }),
      end,
    ])
    expect(completionMeaning(completion)).toEqual(
      completionMeaning(
        codec.decodeResponse({
          id: 's',
          finish_reason: 'COMPLETE',
          message: { content: [{ type: 'text', text: 'hi' }] },
          usage: end.delta.usage,
        }),
      ),
    )
  })

  test('a cut stream is not done, and what came is there', () => {
    const { completion, done } = read(stream.slice(0, 8))
    expect(done).toBe(false)
    expect(completion.choices[0]?.message.content).toBe('A cat')
  })

  test('an error inside a stream', () => {
    const failing = (last: unknown) => () => {
      const decoder = codec.createStreamDecoder()
      decoder.push(start)
      decoder.push(last)
    }
    expect(failing({ message: 'too many requests' })).toThrow(ProviderError)
    expect(failing({ type: 'error', message: 'broken' })).toThrow(
      expect.objectContaining({ name: 'ProviderError', message: 'broken' }),
    )
    expect(failing({ type: 'message-end', delta: { finish_reason: 'ERROR', error: 'gave up' } })).toThrow(
      expect.objectContaining({ name: 'ProviderError', message: 'gave up' }),
    )
    expect(failing('<html>')).toThrow(StreamError)
    expect(failing({})).toThrow(StreamError)
    expect(() => codec.createStreamDecoder().push(end)).toThrow(/before message-start/)
    expect(failing({ ...start, id: 'other' })).toThrow(/second message/)
  })
})
