import { describe, expect, test } from 'vitest'
import { createChatAccumulator } from '../../src/kernel/accumulate.js'
import { StreamError } from '../../src/kernel/errors.js'
import { ProviderError } from '../../src/kernel/provider-error.js'
import type { ChatCompletion } from '../../src/kernel/hub.js'
import type { JsonObject } from '../../src/kernel/protocol.js'
import { cohereChat as codec } from '../../src/protocols/cohere-chat/index.js'
import { eventsOf } from '../contracts/chunks.js'
import { completionMeaning } from '../contracts/meaning.js'

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

const answer = (more: JsonObject) => ({
  id: 'a',
  finish_reason: 'COMPLETE',
  message: { role: 'assistant', content: [{ type: 'text', text: 'x' }] },
  ...more,
})

describe('answers', () => {
  test('usage: tokens of the prompt, with the cached ones and the billed ones', () => {
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

  test('a stream that is written again reads the same', () => {
    const decoder = codec.createStreamDecoder()
    const chunks = stream.flatMap((one) => [...decoder.push(one)])
    const events = eventsOf(codec, chunks).map(({ data }) => data as JsonObject)
    expect(read(events).completion).toEqual(codec.decodeResponse(whole))
    expect(events.at(-1)).toEqual({ id: 's', ...stream.at(-1) })
  })

  test('calls keep their order, whichever gets its arguments first', () => {
    const call = (index: number, name: string, text: string) => ({
      index,
      id: name,
      function: { name, arguments: text },
    })
    const deltas = [[call(0, 'f', '')], [call(1, 'g', '{"b":')], [{ index: 0, function: { arguments: '{"a":1}' } }]]
    const last = [{ index: 1, function: { arguments: '2}' } }]
    const chunks = [...deltas, last].map((tool_calls) => ({
      id: 'a',
      object: 'chat.completion.chunk' as const,
      created: 0,
      model: 'm',
      choices: [{ index: 0, delta: { tool_calls }, finish_reason: null }],
    }))
    const events = eventsOf(codec, chunks).map(({ data }) => data as JsonObject)
    const finished = events.map((event) =>
      event['type'] === 'message-end' ? { ...event, delta: { finish_reason: 'TOOL_CALL' } } : event,
    )
    expect(read(finished).completion.choices[0]?.message.tool_calls).toMatchObject([
      { id: 'f', function: { arguments: '{"a":1}' } },
      { id: 'g', function: { arguments: '{"b":2}' } },
    ])
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
