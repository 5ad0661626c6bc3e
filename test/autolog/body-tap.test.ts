/** A raw response, in every chat format: what the program reads is what came, and the span has the answer. */
import { SpanStatusCode } from '@opentelemetry/api'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { tapBody } from '../../src/autolog/streams/body-tap.js'
import { AnswerReader } from '../../src/autolog/calls/reader.js'
import { FRAMING_MEDIA_TYPES } from '../../src/kernel/frames.js'
import type { ChatCompletion } from '../../src/kernel/hub.js'
import type { ChatProtocol, ProtocolId } from '../../src/kernel/protocol.js'
import { protocols } from '../../src/protocols/index.js'
import { startCall } from '../../src/telemetry/spans/call.js'
import { bytesOf, chunksOf, eventsOf } from '../contracts/chunks.js'
import { spanHarness } from '../telemetry/span-harness.js'

const harness = spanHarness()
const formats = Object.values(protocols).filter((protocol): protocol is ChatProtocol => protocol.kind === 'chat')
const chatFormat = (id: ProtocolId): ChatProtocol => formats.find((format) => format.id === id) as ChatProtocol

const ANSWER: ChatCompletion = {
  id: 'answer-1',
  object: 'chat.completion',
  created: 1_760_000_000,
  model: 'm-2026',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'Grüße 🙂 from here', refusal: null },
      finish_reason: 'stop',
      logprobs: null,
    },
  ],
  usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
}

/** In pieces of `size` bytes. */
function bodyOf(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    pull(sink) {
      if (at >= bytes.length) return sink.close()
      sink.enqueue(bytes.slice(at, at + size))
      at += size
    },
  })
}

async function* endless(first: Uint8Array): AsyncGenerator<Uint8Array> {
  yield first
  for (;;) yield new TextEncoder().encode(' ')
}

function readerOf(protocol: ChatProtocol): AnswerReader {
  const call = startCall({
    operation: protocol.operation,
    layer: 'sdk',
    provider: 'p',
    model: 'm',
    request: undefined,
    baseURL: undefined,
  })
  return new AnswerReader(call, { protocol: protocol.id, provider: 'p' })
}

function tapped(protocol: ChatProtocol, bytes: Uint8Array, type: string, size = 1): Response {
  const response = new Response(bodyOf(bytes, size), { headers: { 'content-type': type } })
  tapBody(response, readerOf(protocol))
  return response
}

const typeOf = (protocol: ChatProtocol): string => FRAMING_MEDIA_TYPES[protocol.framing ?? 'sse']
const streamOf = (protocol: ChatProtocol): Uint8Array => bytesOf(protocol, eventsOf(protocol, chunksOf(ANSWER, 3)))

/** Not every format counts in its streams, or says where an answer ended. */
function expectAnswer(protocol: ChatProtocol): void {
  const { attributes, status } = harness.only()
  expect(status.code).toBe(SpanStatusCode.UNSET)
  expect(attributes['gen_ai.response.finish_reasons']).toEqual(['stop'])
  const decoder = protocol.createStreamDecoder()
  const chunks = eventsOf(protocol, chunksOf(ANSWER, 3)).flatMap(({ data, event }) => [...decoder.push(data, event)])
  if ([...chunks, ...decoder.end()].some(({ usage }) => usage))
    expect(attributes).toMatchObject({ 'gen_ai.usage.input_tokens': 11, 'gen_ai.usage.output_tokens': 7 })
}

describe.each(formats.map((protocol) => [protocol.id, protocol] as const))('%s', (_id, protocol) => {
  test.each([1, 7, 100_000])('a stream in pieces of %i bytes', async (size) => {
    const bytes = streamOf(protocol)
    const read = await tapped(protocol, bytes, typeOf(protocol), size).arrayBuffer()
    expect(Buffer.from(read).equals(bytes)).toBe(true)
    expectAnswer(protocol)
    expect(harness.only().attributes['gen_ai.response.time_to_first_chunk']).toBeTypeOf('number')
  })

  test('an answer without streaming', async () => {
    const bytes = new TextEncoder().encode(JSON.stringify(protocol.encodeResponse(ANSWER)))
    await tapped(protocol, bytes, 'application/json', 10).json()
    expectAnswer(protocol)
    expect(harness.only().attributes['gen_ai.response.time_to_first_chunk']).toBeUndefined()
  })

  test('a stream that is cut ends the span as cut', async () => {
    const bytes = streamOf(protocol)
    await tapped(protocol, bytes.subarray(0, Math.floor(bytes.length / 2)), typeOf(protocol)).arrayBuffer()
    const { attributes, status } = harness.only()
    expect(status.code).toBe(SpanStatusCode.ERROR)
    expect(attributes['error.type']).toBe('stream_truncated')
  })

  test('a Node stream that is read to its end, or closed before, ends the span without error', async () => {
    const bytes = Buffer.from(streamOf(protocol))
    for (const leaves of [false, true]) {
      const body = Readable.from(leaves ? endless(bytes.subarray(0, 40)) : [bytes.subarray(0, 40), bytes.subarray(40)])
      tapBody({ headers: new Headers({ 'content-type': typeOf(protocol) }), body }, readerOf(protocol))
      for await (const _ of body) if (leaves) break
      await new Promise(setImmediate)
    }
    expect(harness.spans().map(({ status }) => status.code)).toEqual([SpanStatusCode.UNSET, SpanStatusCode.UNSET])
  })
})

test('events in a JSON list, as Google sends them without alt=sse', async () => {
  const protocol = chatFormat('gemini-generate')
  const list = JSON.stringify(
    eventsOf(protocol, chunksOf(ANSWER, 3)).map(({ data }) => data),
    null,
    1,
  )
  await tapped(protocol, new TextEncoder().encode(list), 'application/json').arrayBuffer()
  expectAnswer(protocol)
  expect(harness.only().attributes['gen_ai.response.time_to_first_chunk']).toBeTypeOf('number')
})

test('a wrong checksum in the middle ends the span, and the program still gets its bytes', async () => {
  const protocol = chatFormat('bedrock-converse')
  const bytes = streamOf(protocol)
  const middle = Math.floor(bytes.length / 2)
  bytes[middle] = (bytes[middle] as number) ^ 1
  const read = await tapped(protocol, bytes, typeOf(protocol), 50).arrayBuffer()
  expect(Buffer.from(read).equals(bytes)).toBe(true)
  expect(harness.only().attributes['error.type']).toBe('stream_truncated')
})

test.each(['text/html', 'application/json', 'text/plain'])(
  'a body of %s that is neither JSON nor events',
  async (type) => {
    await tapped(chatFormat('openai-chat'), new TextEncoder().encode('<html>no</html>'), type).text()
    expect(harness.only().status.code).toBe(SpanStatusCode.UNSET)
  },
)
