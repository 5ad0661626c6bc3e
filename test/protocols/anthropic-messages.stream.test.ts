import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChatChunk } from '../../src/kernel/hub.js'
import type { WireEvent } from '../../src/kernel/protocol.js'
import { anthropicMessages as codec } from '../../src/protocols/anthropic-messages/index.js'
import { readStream } from '../contracts/chunks.js'
import { accumulate } from './support/accumulate.js'
import { answer, decodeAll, sse } from './support/anthropic-messages.js'

describe('streams', () => {
  test('the stream of an answer gives what the same answer gives whole', () => {
    const streamed = readStream(codec, [sse])
    expect(streamed.done).toBe(true)
    expect(streamed.completion).toEqual(codec.decodeResponse(answer()))
  })

  test('one shape: role, deltas, finish reason, usage, all with one id and model', () => {
    const { chunks } = readStream(codec, [sse])
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant' })
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 240, completion_tokens: 55 } })
    expect(chunks.at(-2)?.choices[0]).toEqual({ index: 0, delta: {}, finish_reason: 'tool_calls' })
    expect(new Set(chunks.map(({ id, model, created }) => `${id} ${model} ${created}`)).size).toBe(1)
    expect(chunks.filter(({ usage }) => usage)).toHaveLength(1)
    expect(chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? []).map(({ index }) => index)).toEqual([
      0, 0, 0, 1, 1,
    ])
  })

  test('encoded again and decoded, it is the same', () => {
    const { chunks, completion } = readStream(codec, [sse])
    const encoder = codec.createStreamEncoder()
    const events = [...chunks.flatMap((chunk) => encoder.push(chunk)), ...encoder.end()]
    expect(accumulate(decodeAll(events))).toEqual(completion)
    const open: unknown[] = []
    for (const { data } of events) {
      const { type, index } = data as { type: string; index?: number }
      if (type === 'content_block_start') open.push(index)
      if (type === 'content_block_delta') expect(open).toEqual([index])
      if (type === 'content_block_stop') expect(open.pop()).toBe(index)
    }
    expect(open).toEqual([])
  })

  test('without content only the role, the finish and the usage come', () => {
    const light = readStream(codec, [sse], { content: false })
    expect(light.chunks).toHaveLength(3)
    expect(light.completion.usage).toEqual(readStream(codec, [sse]).completion.usage)
    expect(light.done).toBe(true)
  })

  const start = {
    type: 'message_start',
    message: { id: 'm1', model: 'c', usage: { input_tokens: 3, output_tokens: 1 } },
  }

  test('a cut stream is not done, and keeps the usage that came', () => {
    const decoder = codec.createStreamDecoder()
    decoder.push(start)
    decoder.push({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } })
    expect(decoder.end()).toMatchObject([{ choices: [], usage: { prompt_tokens: 3 } }])
    expect(decoder.done).toBe(false)
  })

  test('an error event is a ProviderError that knows whether to try again', () => {
    const decoder = codec.createStreamDecoder()
    decoder.push(start)
    const event = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }
    expect(() => decoder.push(event, 'error')).toThrow(
      expect.objectContaining({ name: 'ProviderError', type: 'overloaded_error', status: 529, isRetryable: true }),
    )
    const refused = { type: 'error', error: { type: 'invalid_request_error', message: 'no' } }
    expect(() => decoder.push(refused)).toThrow(expect.objectContaining({ status: 400, isRetryable: false }))
  })

  test('events and deltas nobody knows are let through', () => {
    const decoder = codec.createStreamDecoder()
    decoder.push(start)
    expect(decoder.push({ type: 'new_event', data: 1 })).toEqual([])
    expect(decoder.push('[DONE]')).toEqual([])
    decoder.push({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } })
    expect(decoder.push({ type: 'content_block_delta', index: 0, delta: { type: 'new_delta' } })).toEqual([])
    decoder.push({ type: 'content_block_start', index: 1, content_block: { type: 'compaction', content: null } })
    decoder.push({ type: 'content_block_delta', index: 1, delta: { type: 'compaction_delta', content: 'short' } })
    expect(decoder.push({ type: 'content_block_stop', index: 1 })[0]?.choices[0]?.delta.blocks).toEqual([
      { type: 'raw', protocol: 'anthropic-messages', value: { type: 'compaction', content: 'short' } },
    ])
  })

  test.each<[string, unknown[]]>([
    ['an event that is no object', [7]],
    ['a null event', [null]],
    ['a delta before the message', [{ type: 'content_block_delta', index: 0, delta: {} }]],
    [
      'a delta for an unknown block',
      [start, { type: 'content_block_delta', index: 4, delta: { type: 'text_delta', text: 'x' } }],
    ],
    ['a block that is none', [start, { type: 'content_block_start', index: 0, content_block: null }]],
    [
      'a delta of another block type',
      [
        start,
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{' } },
      ],
    ],
    ['a second message inside the first', [start, { type: 'message_start', message: { id: 'm2' } }]],
  ])('%s is a StreamError', (_name, events) => {
    const decoder = codec.createStreamDecoder()
    expect(() => events.forEach((event) => decoder.push(event))).toThrow(
      expect.objectContaining({ name: 'StreamError' }),
    )
  })

  test('the start of the same message twice counts once', () => {
    const decoder = codec.createStreamDecoder()
    expect(decoder.push(start)).toHaveLength(1)
    expect(decoder.push(start)).toEqual([])
  })

  test('interleaved tool calls come out one after the other', () => {
    const part = (index: number, fields: object): ChatChunk => ({
      id: 'm',
      object: 'chat.completion.chunk',
      created: 0,
      model: 'c',
      choices: [{ index: 0, delta: { tool_calls: [{ index, ...fields }] }, finish_reason: null }],
    })
    const chunks = [
      part(0, { id: 'a', type: 'function', function: { name: 'f', arguments: '' } }),
      part(1, { id: 'b', type: 'function', function: { name: 'g', arguments: '' } }),
      part(0, { function: { arguments: '{"x":' } }),
      part(1, { function: { arguments: '{"y":' } }),
      part(0, { function: { arguments: '1}' } }),
      part(1, { function: { arguments: '2}' } }),
    ]
    const encoder = codec.createStreamEncoder()
    const events = [...chunks.flatMap((chunk) => encoder.push(chunk)), ...encoder.end()]
    expect(accumulate(decodeAll(events)).choices[0]?.message.tool_calls).toEqual([
      { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
      { id: 'b', type: 'function', function: { name: 'g', arguments: '{"y":2}' } },
    ])
  })
})

/** Wire content in any order, as the API may send it. */
const word = fc.stringMatching(/^[a-z]{1,8}$/)
const citation = fc.oneof(
  fc.record({
    type: fc.constant('web_search_result_location'),
    url: word.map((path) => `https://example.test/${path}`),
    title: word,
    cited_text: word,
    encrypted_index: word,
  }),
  fc.record({
    type: fc.constant('char_location'),
    cited_text: word,
    document_index: fc.nat(3),
    start_char_index: fc.nat(9),
    end_char_index: fc.nat(9),
  }),
)
const block = fc.oneof(
  fc.record({ type: fc.constant('text'), text: fc.string({ minLength: 1 }) }),
  fc.record({
    type: fc.constant('text'),
    text: fc.string({ minLength: 1 }),
    citations: fc.array(citation, { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ type: fc.constant('thinking'), thinking: fc.string(), signature: word }),
  fc.record({ type: fc.constant('redacted_thinking'), data: word }),
  fc.record({
    type: fc.constant('server_tool_use'),
    id: word,
    name: word,
    input: fc.dictionary(word, fc.string(), { maxKeys: 2 }),
  }),
  fc.record({ type: fc.constant('a_later_kind'), value: fc.string() }),
)
const toolUse = fc.record({
  type: fc.constant('tool_use'),
  id: fc.uuid(),
  name: word,
  input: fc.dictionary(word, fc.string(), { maxKeys: 2 }),
})
const content = fc.array(fc.oneof(block, toolUse), { maxLength: 6 })

describe('any content', () => {
  test('is written as it was read', () => {
    fc.assert(
      fc.property(content, (blocks) => {
        const wire = { type: 'message', content: blocks, stop_reason: 'end_turn' }
        expect(codec.encodeResponse(codec.decodeResponse(wire)).content).toEqual(blocks)
      }),
    )
  })

  test('streams to the same completion as it gives whole, blocks and all', () => {
    fc.assert(
      fc.property(content, (blocks) => {
        const whole = codec.decodeResponse({
          id: 'm',
          type: 'message',
          model: 'c',
          content: blocks,
          stop_reason: 'end_turn',
        })
        const events: WireEvent[] = [
          { data: { type: 'message_start', message: { id: 'm', model: 'c' } } },
          ...blocks.flatMap((wire, index) => blockEvents(wire, index)),
          { data: { type: 'message_delta', delta: { stop_reason: 'end_turn' } } },
          { data: { type: 'message_stop' } },
        ]
        const chunks = decodeAll(events)
        expect(accumulate(chunks)).toEqual(whole)
        const encoder = codec.createStreamEncoder()
        const again = decodeAll([...chunks.flatMap((chunk) => encoder.push(chunk)), ...encoder.end()])
        expect({ ...accumulate(again), usage: undefined }).toEqual({ ...whole, usage: undefined })
      }),
    )
  })
})

/** A block the way the API streams it: empty at the start, then in pieces. */
function blockEvents(wire: Record<string, unknown>, index: number): WireEvent[] {
  const delta = (fields: object): WireEvent => ({ data: { type: 'content_block_delta', index, delta: fields } })
  const start = (fields: object): WireEvent => ({
    data: { type: 'content_block_start', index, content_block: { ...wire, ...fields } },
  })
  const stop: WireEvent = { data: { type: 'content_block_stop', index } }
  const halves = (text: string): string[] => [text.slice(0, text.length >> 1), text.slice(text.length >> 1)]
  if (wire.type === 'text') {
    const { text, citations } = wire as { text: string; citations?: unknown[] }
    const deltas = halves(text).map((piece) => delta({ type: 'text_delta', text: piece }))
    const cited = (citations ?? []).map((one) => delta({ type: 'citations_delta', citation: one }))
    return [start({ text: '', ...(citations && { citations: [] }) }), ...cited, ...deltas, stop]
  }
  if (wire.type === 'thinking') {
    const pieces = halves(wire.thinking as string).map((piece) => delta({ type: 'thinking_delta', thinking: piece }))
    return [
      start({ thinking: '', signature: '' }),
      ...pieces,
      delta({ type: 'signature_delta', signature: wire.signature }),
      stop,
    ]
  }
  if ('input' in wire) {
    const pieces = halves(JSON.stringify(wire.input)).map((piece) =>
      delta({ type: 'input_json_delta', partial_json: piece }),
    )
    return [start({ input: {} }), ...pieces, stop]
  }
  return [start({}), stop]
}
