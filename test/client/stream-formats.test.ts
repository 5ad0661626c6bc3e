/** What a stream may look like on the wire, and what may go wrong with it, in every format for chat, from a real server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import { createChatAccumulator } from '../../src/kernel/accumulate.js'
import { StreamError } from '../../src/kernel/errors.js'
import { FRAMING_MEDIA_TYPES } from '../../src/kernel/frames.js'
import type { ChatChunk, ChatCompletion } from '../../src/kernel/hub.js'
import type { ChatProtocol } from '../../src/kernel/protocol.js'
import { protocols } from '../../src/protocols/index.js'
import { eventsOf } from '../contracts/chunks.js'
import { completionMeaning } from '../contracts/meaning.js'
import { writable } from './hostile-bodies.js'
import { eventually, startServer, wait, type FaultServer } from './fault-server.js'
import {
  brokenFrame,
  callChunks,
  CALLS,
  errorEvent,
  framesOf,
  HARMLESS,
  isDone,
  join,
  TEXT,
  textChunks,
  USAGE,
} from './stream-wire.js'

const formats = Object.values(protocols).filter((protocol): protocol is ChatProtocol => protocol.kind === 'chat')
const messages = [{ role: 'user' as const, content: 'hi' }]

let server: FaultServer
beforeAll(async () => {
  server = await startServer(() => {})
})
afterAll(() => server.close())

type End = 'end' | 'reset' | 'stall'

/** Sends each piece as a write of its own. */
function answerWith(protocol: ChatProtocol, pieces: readonly Uint8Array[], end: End = 'end', type?: string): void {
  server.behave = async (_, response, socket) => {
    socket.setNoDelay(true)
    // A connection that a test leaves idle for long may be closed just as the next one uses it.
    response.writeHead(200, {
      'content-type': type ?? FRAMING_MEDIA_TYPES[protocol.framing ?? 'sse'],
      connection: 'close',
    })
    for (const piece of pieces) {
      response.write(piece)
      await new Promise(setImmediate)
    }
    if (end === 'end') return void response.end()
    if (end === 'stall') return wait(60_000)
    await wait(20)
    socket.resetAndDestroy()
  }
}

interface Outcome {
  readonly completion: ChatCompletion
  readonly text: string
  readonly error: unknown
}

async function read(protocol: ChatProtocol, fetch?: typeof globalThis.fetch, wait = 400): Promise<Outcome> {
  const ai = createClient({
    providers: { odd: { protocol: protocol.id, baseURL: server.origin, apiKey: 'k' } },
    retries: 0,
    timeout: { firstChunk: wait, idle: wait, total: 20_000 },
    ...(fetch && { fetch }),
  })
  const accumulator = createChatAccumulator()
  let error: unknown
  try {
    const body = { model: 'odd/m', messages, stream: true as const, stream_options: { include_usage: true } }
    for await (const item of await ai.chat.completions.create(body)) accumulator.push(item as ChatChunk)
  } catch (thrown) {
    error = thrown
  }
  const completion = accumulator.result()
  return { completion, text: String(completion.choices[0]?.message.content ?? ''), error }
}

/** Bytes in pieces of any size, which a socket would join again. */
const inPieces =
  (protocol: ChatProtocol, bytes: Uint8Array, cuts: readonly number[]): typeof globalThis.fetch =>
  () => {
    const places = [0, ...cuts, bytes.length]
    const body = new ReadableStream<Uint8Array>({
      start(sink) {
        places.slice(1).forEach((to, at) => sink.enqueue(bytes.slice(places[at], to)))
        sink.close()
      },
    })
    const headers = { 'content-type': FRAMING_MEDIA_TYPES[protocol.framing ?? 'sse'] }
    return Promise.resolve(new Response(body, { headers }))
  }

function expectWhole(protocol: ChatProtocol, chunks: readonly ChatChunk[], { completion, error }: Outcome): void {
  expect(error).toBeUndefined()
  const named = { id: 'a', model: 'm' }
  const expected = readDirectly(protocol, chunks)
  expect(completionMeaning({ ...completion, ...named })).toEqual(completionMeaning({ ...expected, ...named }))
}

/** The codec alone, without a wire. */
function readDirectly(protocol: ChatProtocol, chunks: readonly ChatChunk[]): ChatCompletion {
  const decoder = protocol.createStreamDecoder()
  const accumulator = createChatAccumulator()
  const events = eventsOf(protocol, chunks)
  for (const { data, event } of events) for (const chunk of decoder.push(data, event)) accumulator.push(chunk)
  for (const chunk of decoder.end()) accumulator.push(chunk)
  return accumulator.result()
}

function takesCalls(protocol: ChatProtocol): boolean {
  return readDirectly(protocol, callChunks(false)).choices[0]?.message.tool_calls?.length === 2
}

/** One typed error with provider, model and, where content came before it, that content. */
function expectBroken({ text, error }: Outcome): StreamError {
  expect(error).toBeInstanceOf(StreamError)
  const failure = error as StreamError
  expect(failure).toMatchObject({ provider: 'odd', model: 'm' })
  expect(failure.attempts).toHaveLength(1)
  expect(TEXT.startsWith(text)).toBe(true)
  if (text !== '') expect(failure.partial).toMatchObject({ choices: [{ message: { content: text } }] })
  return failure
}

describe.each(formats.map((protocol) => [protocol.id, protocol] as const))('%s', (_id, protocol) => {
  const framing = protocol.framing ?? 'sse'
  const events = eventsOf(protocol, textChunks)
  const frames = framesOf(protocol, events)
  /** Frames before the middle of the text, in formats that have more than one event. */
  const half = Math.floor(frames.length / 2)
  const streams = frames.length > 3

  test.each(HARMLESS.filter(({ framings }) => framings.includes(framing)))('$name', async ({ write }) => {
    answerWith(protocol, [write(events, protocol)])
    const outcome = await read(protocol)
    expectWhole(protocol, textChunks, outcome)
    expect(outcome.text).toBe(TEXT)
    expect(outcome.completion.choices[0]?.finish_reason).toBe('stop')
  })

  test('usage comes after the reason of the end, and reaches the caller', async () => {
    answerWith(protocol, frames)
    expect((await read(protocol)).completion.usage).toMatchObject(USAGE)
  })

  test('cut in two at every byte, and byte by byte', async () => {
    const bytes = join(frames)
    const each = Array.from(bytes, (_, at) => at)
    // Every place in the first events and the last ones, and every thirteenth between.
    const places = each.filter((at) => at < 150 || at > bytes.length - 150 || at % 13 === 0)
    for (const at of places) expectWhole(protocol, textChunks, await read(protocol, inPieces(protocol, bytes, [at])))
    expectWhole(protocol, textChunks, await read(protocol, inPieces(protocol, bytes, each)))
  }, 30_000)

  test('over a socket in small writes', async () => {
    const bytes = join(frames)
    const pieces: Uint8Array[] = []
    for (let at = 0; at < bytes.length; at += 11) pieces.push(bytes.subarray(at, at + 11))
    answerWith(protocol, pieces)
    expectWhole(protocol, textChunks, await read(protocol))
  })

  test('ended anywhere: whole, or one typed error with what came so far, and never silently short', async () => {
    const bytes = join(frames)
    let broken = 0
    for (let end = 0; end < bytes.length; end += 11) {
      const outcome = await read(protocol, inPieces(protocol, bytes.subarray(0, end), []))
      if (outcome.error === undefined) expect(outcome.text).toBe(TEXT)
      else expectBroken(outcome)
      if (outcome.error !== undefined) broken += 1
    }
    expect(broken).toBeGreaterThan(0)
  }, 30_000)

  test.each<[string, End]>([
    ['ends', 'end'],
    ['is reset', 'reset'],
    ['stalls', 'stall'],
  ])('a connection that %s in the middle', async (_how, end) => {
    answerWith(protocol, frames.slice(0, half), end)
    const outcome = await read(protocol)
    if (streams) {
      expectBroken(outcome)
      expect(outcome.text).not.toBe('')
    } else {
      expect(outcome.error).toMatchObject({ provider: 'odd', model: 'm' })
    }
    await eventually(() => server.busy() === 0 || end === 'stall', 'the socket is closed')
  })

  test('a malformed event in the middle', async () => {
    answerWith(protocol, [...frames.slice(0, half), brokenFrame(framing), ...frames.slice(half)])
    const outcome = await read(protocol)
    expectBroken(outcome)
    if (streams) expect(outcome.text).not.toBe('')
  })

  test('nothing but a malformed event, nothing but white space, and nothing', async () => {
    for (const bytes of [brokenFrame(framing), new TextEncoder().encode('\n\n \n'), new Uint8Array()]) {
      answerWith(protocol, [bytes])
      expect((await read(protocol)).error).toBeInstanceOf(StreamError)
    }
  })

  test('an error as the first event, in the middle, and in place of the stream', async () => {
    const [error] = framesOf(protocol, [errorEvent(protocol)]) as [Uint8Array]
    answerWith(protocol, [error])
    const first = await read(protocol)
    expect(first.error).toMatchObject({ name: 'ProviderError', provider: 'odd', model: 'm' })
    expect(String(first.error)).toContain('no room')

    answerWith(protocol, [...frames.slice(0, half), error])
    const middle = await read(protocol)
    if (streams) {
      const failure = expectBroken(middle)
      expect(failure.cause).toMatchObject({ name: 'ProviderError' })
      expect(failure.message).toContain('no room')
      expect(middle.text).not.toBe('')
    }

    const body = protocol.encodeError({ message: 'no room', type: 'overloaded_error' }, 529)
    for (const type of ['application/json', undefined]) {
      answerWith(protocol, [new TextEncoder().encode(JSON.stringify(body, null, 1))], 'end', type)
      const whole = await read(protocol)
      // A line that is half an object is no event, and the type says that these are lines.
      if (framing === 'ndjson' && type === undefined) expect(whole.error).toBeInstanceOf(StreamError)
      else
        expect(whole.error).toMatchObject({
          name: 'ProviderError',
          message: expect.stringContaining('no room') as string,
        })
    }
  })

  test('a whole answer in place of the stream', async () => {
    const body = new TextEncoder().encode(
      JSON.stringify(protocol.encodeResponse(readDirectly(protocol, textChunks)), null, 1),
    )
    answerWith(protocol, [body.subarray(0, 30), body.subarray(30)], 'end', 'application/json')
    const { text, error } = await read(protocol)
    expect(error).toBeUndefined()
    expect(text).toBe(TEXT)
  })

  const calls = eventsOf(protocol, callChunks(false))
  if (!takesCalls(protocol)) return
  test.each([
    ['one after the other', false],
    ['in turn', true],
  ] as const)('arguments of two calls in fragments, %s', async (_how, interleaved) => {
    const chunks = callChunks(interleaved)
    answerWith(protocol, framesOf(protocol, eventsOf(protocol, chunks)))
    const outcome = await read(protocol)
    expectWhole(protocol, callChunks(false), outcome)
    const found = outcome.completion.choices[0]?.message.tool_calls ?? []
    expect(
      found.map(
        (call) => call.type === 'function' && [call.function.name, JSON.parse(call.function.arguments) as unknown],
      ),
    ).toEqual(CALLS.map(({ name, arguments: text }) => [name, JSON.parse(text) as unknown]))
  })

  test('a stream cut within the arguments of a call', async () => {
    const frames = framesOf(
      protocol,
      calls.filter((event) => !isDone(event)),
    )
    answerWith(protocol, frames.slice(0, -3))
    const { error } = await read(protocol)
    if (frames.length > 6) expect(error).toBeInstanceOf(StreamError)
  })
})

test('the formats without calls are those that have no tools', () => {
  const without = formats.filter((protocol) => !takesCalls(protocol)).map(({ id }) => id)
  expect(without).toEqual(['openai-completions', 'replicate-predictions'])
})

describe('framings', () => {
  const formatOf = (id: string): ChatProtocol => formats.find((one) => one.id === id) as ChatProtocol

  test("Google's list without alt=sse, in small writes, whole and cut", async () => {
    const gemini = formatOf('gemini-generate')
    const list = new TextEncoder().encode(
      `[${eventsOf(gemini, textChunks)
        .map(({ data }) => JSON.stringify(data, null, 2))
        .join('\n,\r\n')}\n]\n`,
    )
    const pieces: Uint8Array[] = []
    for (let at = 0; at < list.length; at += 13) pieces.push(list.subarray(at, at + 13))
    answerWith(gemini, pieces, 'end', 'application/json; charset=UTF-8')
    expectWhole(gemini, textChunks, await read(gemini))

    answerWith(gemini, pieces.slice(0, pieces.length / 2), 'end', 'application/json; charset=UTF-8')
    const cut = await read(gemini)
    expectBroken(cut)
    expect(cut.text).not.toBe('')
  })

  test("an element of Google's list reaches the caller before the next one is sent", async () => {
    const gemini = formatOf('gemini-generate')
    const [first, ...rest] = eventsOf(gemini, textChunks).map(({ data }) => JSON.stringify(data)) as [
      string,
      ...string[],
    ]
    let proceed = (): void => {}
    const told = new Promise<void>((resolve) => {
      proceed = resolve
    })
    server.behave = async (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write(`[${first}`)
      await told
      response.end(`,${rest.join(',')}]`)
    }
    const ai = createClient({ providers: { odd: { protocol: gemini.id, baseURL: server.origin, apiKey: 'k' } } })
    let text = ''
    for await (const item of await ai.chat.completions.create({ model: 'odd/m', messages, stream: true })) {
      text += item.choices[0]?.delta.content ?? ''
      proceed()
    }
    expect(text).toBe(TEXT)
  })

  test('a wrong checksum in an event stream: what came before it, and a typed error', async () => {
    const bedrock = formatOf('bedrock-converse')
    const frames = framesOf(bedrock, eventsOf(bedrock, textChunks))
    const half = Math.floor(frames.length / 2)
    const spoiled = frames.map((frame, at) => (at === half ? frame.with(frame.length - 6, 0) : frame))
    for (const pieces of [spoiled, [join(spoiled)]]) {
      answerWith(bedrock, pieces)
      const outcome = await read(bedrock)
      expect(expectBroken(outcome).message).toContain('checksum')
      expect(outcome.text).not.toBe('')
    }
  })

  const MB = 1024 * 1024
  test.each([
    ['openai-chat', 'data: {"a":"'],
    ['ollama-chat', '{"a":"'],
    ['gemini-generate', '[{"a":"'],
  ] as const)('%s: an event larger than the limit is refused, and its socket closed', async (id, head) => {
    const protocol = formatOf(id)
    let sent = 0
    server.behave = async (_, response) => {
      response.writeHead(200, { 'content-type': FRAMING_MEDIA_TYPES[protocol.framing ?? 'sse'] })
      for (const frame of framesOf(protocol, eventsOf(protocol, textChunks)).slice(0, id === 'gemini-generate' ? 0 : 5))
        response.write(frame)
      response.write(head)
      const piece = Buffer.alloc(MB, 'x')
      while (!response.destroyed && sent < 200) {
        sent += 1
        if (!response.write(piece)) await writable(response)
      }
    }
    const { error } = await read(protocol, undefined, 10_000)
    expect(error).toBeInstanceOf(StreamError)
    expect(error).toMatchObject({
      isRetryable: false,
      message: expect.stringMatching(/larger than \d+ bytes/) as string,
    })
    expect(sent).toBeLessThan(150)
    await eventually(() => server.busy() === 0, 'the socket is closed')
  })

  test('bedrock-converse: a message that says it is larger than the format allows is refused at once', async () => {
    const bedrock = formatOf('bedrock-converse')
    const [frame] = framesOf(bedrock, eventsOf(bedrock, textChunks)) as [Uint8Array]
    answerWith(bedrock, [frame.with(0, 0x70)], 'stall')
    expect((await read(bedrock)).error).toBeInstanceOf(StreamError)
  })
})
