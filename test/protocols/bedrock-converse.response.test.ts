import { describe, expect, test } from 'vitest'
import { createChatAccumulator } from '../../src/kernel/accumulate.js'
import type { ChatChunk, ChatCompletion } from '../../src/kernel/hub.js'
import type { JsonObject, WireEvent } from '../../src/kernel/protocol.js'
import { bedrockConverse } from '../../src/protocols/bedrock-converse/index.js'

function answer(content: unknown[], more: JsonObject = {}): JsonObject {
  return {
    output: { message: { role: 'assistant', content } },
    stopReason: 'end_turn',
    usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
    ...more,
  }
}

function read(events: readonly WireEvent[]): {
  completion: ChatCompletion
  done: boolean
  chunks: readonly ChatChunk[]
} {
  const decoder = bedrockConverse.createStreamDecoder()
  const accumulator = createChatAccumulator()
  const chunks = [...events.flatMap(({ data, event }) => [...decoder.push(data, event)]), ...decoder.end()]
  for (const chunk of chunks) accumulator.push(chunk)
  return { completion: accumulator.result(), done: decoder.done, chunks }
}

function rewritten(chunks: readonly ChatChunk[]): WireEvent[] {
  const encoder = bedrockConverse.createStreamEncoder()
  return [...chunks.flatMap((chunk) => [...encoder.push(chunk)]), ...encoder.end()]
}

const start: WireEvent = { event: 'messageStart', data: { role: 'assistant' } }
const stop: WireEvent = { event: 'messageStop', data: { stopReason: 'end_turn' } }
const delta = (contentBlockIndex: number, value: JsonObject): WireEvent => ({
  event: 'contentBlockDelta',
  data: { contentBlockIndex, delta: value },
})
const end = (contentBlockIndex: number): WireEvent => ({ event: 'contentBlockStop', data: { contentBlockIndex } })

const SERVER_TOOL = [
  { text: 'I compute.' },
  { toolUse: { toolUseId: 's1', name: 'nova_code_interpreter', input: { snippet: '6*7' }, type: 'server_tool_use' } },
  {
    toolResult: {
      toolUseId: 's1',
      type: 'nova_code_interpreter_result',
      status: 'success',
      content: [{ json: { stdOut: '42' } }],
    },
  },
  { text: 'It is 42.' },
]
const CITATION = {
  title: 'Page',
  location: { web: { url: 'https://example.test/p', domain: 'example.test' } },
  sourceContent: [{ text: 'quoted' }],
}
const IN_DOCUMENT = { title: 'Doc', location: { documentPage: { documentIndex: 0, start: 1, end: 2 } } }

describe('answers', () => {
  test('totals include the cache, whatever the names of the counts', () => {
    const usageOf = (usage: JsonObject) => bedrockConverse.decodeResponse(answer([], { usage })).usage
    expect(
      usageOf({
        inputTokens: 3,
        outputTokens: 121,
        totalTokens: 2072,
        cacheReadInputTokens: 1712,
        cacheWriteInputTokens: 236,
        cacheDetails: [
          { ttl: '5m', inputTokens: 200 },
          { ttl: '1h', inputTokens: 36 },
        ],
      }),
    ).toEqual({
      prompt_tokens: 1951,
      completion_tokens: 121,
      total_tokens: 2072,
      prompt_tokens_details: { cached_tokens: 1712, cache_write_tokens: 236, cache_write_1h_tokens: 36 },
    })
    expect(usageOf({ inputTokens: 1, outputTokens: 2, totalTokens: 8, cacheReadInputTokenCount: 5 })).toMatchObject({
      prompt_tokens: 6,
      prompt_tokens_details: { cached_tokens: 5 },
    })
    expect(usageOf({ outputTokens: 2, totalTokens: 8 })).toMatchObject({ prompt_tokens: 6, total_tokens: 8 })
    expect(usageOf({ outputTokens: 50 })).toEqual({ prompt_tokens: 0, completion_tokens: 50, total_tokens: 50 })
    expect(
      usageOf({ inputTokens: 1, outputTokens: 1, serverToolUsage: { webSearchRequests: 2 } })?.server_tool_use,
    ).toEqual({ webSearchRequests: 2 })
    expect(usageOf({})).toBeUndefined()
  })

  test.each([
    ['end_turn', 'stop', undefined],
    ['stop_sequence', 'stop', 'stop_sequence'],
    ['max_tokens', 'length', undefined],
    ['model_context_window_exceeded', 'length', 'model_context_window_exceeded'],
    ['tool_use', 'tool_calls', undefined],
    ['content_filtered', 'content_filter', undefined],
    ['guardrail_intervened', 'content_filter', 'guardrail_intervened'],
    ['malformed_tool_use', 'stop', 'malformed_tool_use'],
    ['invented_later', 'stop', 'invented_later'],
  ])('stop reason %s', (stopReason, finish, native) => {
    const choice = bedrockConverse.decodeResponse(answer([{ text: 'x' }], { stopReason })).choices[0]
    expect(choice?.finish_reason).toBe(finish)
    expect(choice?.native_finish_reason).toBe(native)
  })

  test('tools that ran at the provider are no calls of the caller, and stay in their place', () => {
    const wire = answer(SERVER_TOOL)
    const completion = bedrockConverse.decodeResponse(wire)
    expect(completion.choices[0]?.message).toMatchObject({ content: 'I compute.It is 42.' })
    expect(completion.choices[0]?.message.tool_calls).toBeUndefined()
    expect(completion.choices[0]?.message.blocks?.map(({ type }) => type)).toEqual(['text', 'raw', 'raw', 'text'])
    expect(bedrockConverse.encodeResponse(completion)).toEqual(wire)
  })

  test('citations are annotations where they name a page, and are kept whole', () => {
    const wire = answer([
      { text: 'See: ' },
      { citationsContent: { content: [{ text: 'cited' }], citations: [CITATION, IN_DOCUMENT] } },
    ])
    const completion = bedrockConverse.decodeResponse(wire)
    expect(completion.choices[0]?.message.annotations).toEqual([
      {
        type: 'url_citation',
        url_citation: { url: 'https://example.test/p', title: 'Page', start_index: 5, end_index: 10 },
      },
    ])
    expect(bedrockConverse.encodeResponse(completion)).toEqual(wire)
  })

  test('redacted reasoning that is no text is kept as bytes; what the answer says of itself is kept', () => {
    const wire = answer([{ reasoningContent: { redactedContent: '/wA=' } }, { text: 'x' }], {
      metrics: { latencyMs: 7 },
      trace: { guardrail: {} },
      additionalModelResponseFields: { stop_sequence: null },
      serviceTier: { type: 'reserved' },
      performanceConfig: { latency: 'optimized' },
    })
    expect(bedrockConverse.encodeResponse(bedrockConverse.decodeResponse(wire))).toEqual(wire)
    expect(JSON.stringify(bedrockConverse.decodeResponse(wire, { content: false }))).not.toContain('guardrail')
  })

  test('the model that a router chose is the model of the answer', () => {
    const trace = { promptRouter: { invokedModelId: 'us.anthropic.claude-sonnet-4-6' } }
    expect(bedrockConverse.decodeResponse(answer([], { trace })).model).toBe('us.anthropic.claude-sonnet-4-6')
    expect(bedrockConverse.decodeResponse(answer([])).model).toBe('')
    const { completion } = read([start, stop, { event: 'metadata', data: { trace } }])
    expect(completion.model).toBe('us.anthropic.claude-sonnet-4-6')
  })

  test('an error in place of an answer', () => {
    expect(() => bedrockConverse.decodeResponse({ message: 'no' })).toThrow(
      expect.objectContaining({ name: 'ProviderError', message: 'no' }),
    )
    expect(() => bedrockConverse.decodeResponse({ Output: {} })).toThrow(
      expect.objectContaining({ name: 'StreamError' }),
    )
    expect(
      bedrockConverse.decodeError({ __type: 'com.amazon.coral.service#AccessDeniedException', Message: 'denied' }),
    ).toEqual({ message: 'denied', type: 'AccessDeniedException', code: 'AccessDeniedException' })
  })
})

describe('streams', () => {
  test('a stream says what the whole answer says, and is written again as it was', () => {
    const events: WireEvent[] = [
      start,
      delta(0, { reasoningContent: { text: 'Hm' } }),
      delta(0, { reasoningContent: { signature: 'proof' } }),
      end(0),
      delta(1, { reasoningContent: { redactedContent: 'aGlk' } }),
      delta(1, { reasoningContent: { redactedContent: 'ZGVu' } }),
      end(1),
      delta(2, { text: 'See: ' }),
      end(2),
      delta(3, { text: 'ci' }),
      delta(3, { text: 'ted' }),
      delta(3, { citation: CITATION }),
      delta(3, { citation: IN_DOCUMENT }),
      end(3),
      {
        event: 'contentBlockStart',
        data: {
          contentBlockIndex: 4,
          start: { toolUse: { toolUseId: 's1', name: 'nova_code_interpreter', type: 'server_tool_use' } },
        },
      },
      delta(4, { toolUse: { input: '{"snippet":"6*7"}' } }),
      end(4),
      {
        event: 'contentBlockStart',
        data: {
          contentBlockIndex: 5,
          start: { toolResult: { toolUseId: 's1', type: 'nova_code_interpreter_result', status: 'success' } },
        },
      },
      delta(5, { toolResult: [{ json: { stdOut: '42' } }] }),
      end(5),
      {
        event: 'contentBlockStart',
        data: { contentBlockIndex: 6, start: { toolUse: { toolUseId: 't1', name: 'f' } } },
      },
      delta(6, { toolUse: { input: '{"a"' } }),
      delta(6, { toolUse: { input: ':1}' } }),
      end(6),
      { event: 'messageStop', data: { stopReason: 'tool_use', additionalModelResponseFields: { x: 1 } } },
      {
        event: 'metadata',
        data: {
          usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
          metrics: { latencyMs: 4 },
          serviceTier: { type: 'flex' },
          trace: { guardrail: {} },
        },
      },
    ]
    const whole = bedrockConverse.decodeResponse(
      answer(
        [
          { reasoningContent: { reasoningText: { text: 'Hm', signature: 'proof' } } },
          { reasoningContent: { redactedContent: 'aGlkZGVu' } },
          { text: 'See: ' },
          { citationsContent: { content: [{ text: 'cited' }], citations: [CITATION, IN_DOCUMENT] } },
          SERVER_TOOL[1],
          SERVER_TOOL[2],
          { toolUse: { toolUseId: 't1', name: 'f', input: { a: 1 } } },
        ],
        {
          stopReason: 'tool_use',
          usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
          metrics: { latencyMs: 4 },
          serviceTier: { type: 'flex' },
          trace: { guardrail: {} },
          additionalModelResponseFields: { x: 1 },
        },
      ),
    )
    const { completion, done, chunks } = read(events)
    expect(completion).toEqual(whole)
    expect(done).toBe(true)
    expect(read(rewritten(chunks)).completion).toEqual(whole)
  })

  test('tool calls whose pieces come in any order', () => {
    const begin = (index: number, id: string): WireEvent => ({
      event: 'contentBlockStart',
      data: { contentBlockIndex: index, start: { toolUse: { toolUseId: id, name: `f_${id}` } } },
    })
    const events = [
      start,
      begin(0, 'a'),
      begin(1, 'b'),
      delta(1, { toolUse: { input: '{"b":' } }),
      delta(0, { toolUse: { input: '{}' } }),
      delta(1, { toolUse: { input: '1}' } }),
      end(0),
      end(1),
      stop,
    ]
    const { completion, chunks } = read(events)
    const calls = [
      { id: 'a', type: 'function', function: { name: 'f_a', arguments: '{}' } },
      { id: 'b', type: 'function', function: { name: 'f_b', arguments: '{"b":1}' } },
    ]
    expect(completion.choices[0]?.message.tool_calls).toEqual(calls)
    expect(read(rewritten(chunks)).completion.choices[0]?.message.tool_calls).toEqual(calls)
  })

  test('counts may come before the stop, or not at all', () => {
    const metadata: WireEvent = {
      event: 'metadata',
      data: { usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 } },
    }
    expect(read([start, delta(0, { text: 'x' }), metadata, stop])).toMatchObject({
      done: true,
      completion: { usage: { total_tokens: 3 } },
    })
    const { completion, done } = read([start, delta(0, { text: 'x' }), stop])
    expect(done).toBe(true)
    expect(completion.usage).toBeUndefined()
    const decoder = bedrockConverse.createStreamDecoder()
    decoder.push(start.data, start.event)
    decoder.push(stop.data, stop.event)
    // The counts are still to come, so a reader goes on.
    expect(decoder.done).toBe(false)
    decoder.push(metadata.data, metadata.event)
    expect(decoder.done).toBe(true)
  })

  test('events under their names, as the SDKs show them', () => {
    const events: WireEvent[] = [
      { data: { messageStart: { role: 'assistant' } } },
      { data: { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'x' } } } },
      { data: { messageStop: { stopReason: 'max_tokens' } } },
    ]
    expect(read(events).completion.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: 'x' } })
    expect(() => read([{ data: { throttlingException: { message: 'slow' } } }])).toThrow(
      expect.objectContaining({ name: 'ProviderError', status: 429, isRetryable: true }),
    )
  })

  test('an exception inside is an error with its class', () => {
    const exception = (type: string): WireEvent => ({ event: 'exception', data: { __type: type, message: 'said' } })
    expect(() => read([start, exception('validationException')])).toThrow(
      expect.objectContaining({ name: 'ProviderError', status: 400, code: 'validationException', isRetryable: false }),
    )
    expect(() => read([start, exception('modelStreamErrorException')])).toThrow(
      expect.objectContaining({ status: 424, isRetryable: true }),
    )
  })

  test('malformed events are errors, unknown ones are not', () => {
    for (const event of [
      delta(0, { toolUse: { input: '{}' } }),
      { event: 'contentBlockDelta', data: { contentBlockIndex: 0 } },
      { event: 'contentBlockStart', data: {} },
      { event: 'metadata', data: 3 },
    ]) {
      expect(() => read([start, event])).toThrow(expect.objectContaining({ name: 'StreamError' }))
    }
    expect(read([start, { event: 'inventedLater', data: { a: 1 } }, delta(0, { text: 'x' }), stop]).done).toBe(true)
  })
})
