/** What a stream may look like on the wire, and what may go wrong with it, in every format for chat, from a real server. */
import { describe, expect, test } from 'vitest'
import { StreamError } from '../../src/kernel/errors.js'
import { eventsOf } from '../contracts/chunks.js'
import { holdTime } from '../support/held-time.js'
import { eventually } from './fault-server.js'
import {
  answerWith,
  clientFor,
  expectBroken,
  expectWhole,
  formats,
  inPieces,
  read,
  readDirectly,
  server,
  takesCalls,
  useServer,
  type End,
} from './stream-reading.js'
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

const time = holdTime()
useServer()

describe.each(formats.map((protocol) => [protocol.id, protocol] as const))('%s', (_id, protocol) => {
  const framing = protocol.framing ?? 'sse'
  const events = eventsOf(protocol, textChunks)
  const frames = framesOf(protocol, events)
  /** Frames before the middle of the text, in formats that have more than one event. */
  const half = Math.floor(frames.length / 2)
  const streams = frames.length > 3

  test.each(HARMLESS.filter(({ framings }) => framings.includes(framing)))('$name', async ({ write }) => {
    answerWith(protocol, [write(events, protocol)])
    const outcome = await read(clientFor(protocol))
    expectWhole(protocol, textChunks, outcome)
    expect(outcome.text).toBe(TEXT)
    expect(outcome.completion.choices[0]?.finish_reason).toBe('stop')
  })

  test('usage comes after the reason of the end, and reaches the caller', async () => {
    answerWith(protocol, frames)
    expect((await read(clientFor(protocol))).completion.usage).toMatchObject(USAGE)
  })

  test('cut in two at every byte, and byte by byte', async () => {
    const bytes = join(frames)
    const ai = clientFor(protocol)
    const each = Array.from(bytes, (_, at) => at)
    // Every place in the first events and the last ones, and every thirteenth between.
    const places = each.filter((at) => at < 150 || at > bytes.length - 150 || at % 13 === 0)
    for (const at of places) expectWhole(protocol, textChunks, await read(ai, inPieces(protocol, bytes, [at])))
    expectWhole(protocol, textChunks, await read(ai, inPieces(protocol, bytes, each)))
  })

  test('over a socket in small writes', async () => {
    const bytes = join(frames)
    const pieces: Uint8Array[] = []
    for (let at = 0; at < bytes.length; at += 11) pieces.push(bytes.subarray(at, at + 11))
    answerWith(protocol, pieces)
    expectWhole(protocol, textChunks, await read(clientFor(protocol)))
  })

  test('ended anywhere: whole, or one typed error with what came so far, and never silently short', async () => {
    const bytes = join(frames)
    const ai = clientFor(protocol)
    let broken = 0
    for (let end = 0; end < bytes.length; end += 11) {
      const outcome = await read(ai, inPieces(protocol, bytes.subarray(0, end), []))
      if (outcome.error === undefined) expect(outcome.text).toBe(TEXT)
      else expectBroken(outcome)
      if (outcome.error !== undefined) broken += 1
    }
    expect(broken).toBeGreaterThan(0)
  })

  test.each<[string, End]>([
    ['ends', 'end'],
    ['is reset', 'reset'],
    ['stalls', 'stall'],
  ])('a connection that %s in the middle', async (_how, end) => {
    let gotText = (): void => {}
    const text = new Promise<void>((resolve) => (gotText = resolve))
    answerWith(protocol, frames.slice(0, half), end, undefined, streams ? text : undefined)
    const reading = read(clientFor(protocol, end === 'stall' ? 300 : undefined), undefined, ({ choices }) => {
      if (choices[0]?.delta.content) gotText()
    })
    if (end === 'stall' && streams) await text
    const outcome = await (end === 'stall' ? time.passing(reading) : reading)
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
    const outcome = await read(clientFor(protocol))
    expectBroken(outcome)
    if (streams) expect(outcome.text).not.toBe('')
  })

  test('nothing but a malformed event, nothing but white space, and nothing', async () => {
    for (const bytes of [brokenFrame(framing), new TextEncoder().encode('\n\n \n'), new Uint8Array()]) {
      answerWith(protocol, [bytes])
      expect((await read(clientFor(protocol))).error).toBeInstanceOf(StreamError)
    }
  })

  test('an error as the first event, in the middle, and in place of the stream', async () => {
    const [error] = framesOf(protocol, [errorEvent(protocol)]) as [Uint8Array]
    answerWith(protocol, [error])
    const first = await read(clientFor(protocol))
    expect(first.error).toMatchObject({ name: 'ProviderError', provider: 'odd', model: 'm' })
    expect(String(first.error)).toContain('no room')

    answerWith(protocol, [...frames.slice(0, half), error])
    const middle = await read(clientFor(protocol))
    if (streams) {
      const failure = expectBroken(middle)
      expect(failure.cause).toMatchObject({ name: 'ProviderError' })
      expect(failure.message).toContain('no room')
      expect(middle.text).not.toBe('')
    }

    const body = protocol.encodeError({ message: 'no room', type: 'overloaded_error' }, 529)
    for (const type of ['application/json', undefined]) {
      answerWith(protocol, [new TextEncoder().encode(JSON.stringify(body, null, 1))], 'end', type)
      const whole = await read(clientFor(protocol))
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
    const { text, error } = await read(clientFor(protocol))
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
    const outcome = await read(clientFor(protocol))
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
    const { error } = await read(clientFor(protocol))
    if (frames.length > 6) expect(error).toBeInstanceOf(StreamError)
  })
})

test('the formats without calls are those that have no tools', () => {
  const without = formats.filter((protocol) => !takesCalls(protocol)).map(({ id }) => id)
  expect(without).toEqual(['openai-completions', 'replicate-predictions'])
})
