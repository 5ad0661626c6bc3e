/** Every format for chat against answers whose parts are not what the format says, whole and as streams. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import { TracestitchError } from '../../src/kernel/errors.js'
import { FRAMING_MEDIA_TYPES } from '../../src/kernel/frames.js'
import type { ChatProtocol, ProtocolId } from '../../src/kernel/protocol.js'
import { protocols } from '../../src/protocols/index.js'
import { bytesOf, chunksOf, eventsOf } from '../contracts/chunks.js'
import { sendJson, startServer, type FaultServer } from './fault-server.js'
import { hostile, nested } from './hostile-bodies.js'
import {
  CHAT_FORMATS,
  KEY,
  MB,
  RICH,
  faultsOf,
  faultsOfError,
  growth,
  inherited,
  messages,
  poisoned,
  told,
  wounded,
} from './hostile-support.js'

const unhandled: unknown[] = []
const onUnhandled = (reason: unknown): void => void unhandled.push(reason)
let server: FaultServer

beforeEach(async () => {
  process.on('unhandledRejection', onUnhandled)
  server = await startServer((_, response) => sendJson(response, 500, {}))
})

afterEach(async () => {
  await server.close()
  process.off('unhandledRejection', onUnhandled)
  expect(unhandled.splice(0)).toEqual([])
})

type Fetch = typeof globalThis.fetch

async function call(protocol: ProtocolId, stream: boolean, fetch?: Fetch): Promise<unknown> {
  const ai = createClient({
    providers: { odd: { protocol, baseURL: server.origin, apiKey: KEY } },
    retries: 0,
    timeout: { firstChunk: 10_000, idle: 5000, total: 20_000 },
    ...(fetch && { fetch }),
  })
  try {
    const given = await ai.chat.completions.create({ model: 'odd/m', messages, stream })
    if (!stream) return given
    const items: unknown[] = []
    for await (const item of given as AsyncIterable<unknown>) items.push(item)
    return items
  } catch (error) {
    return error
  }
}

/** Answers a stream with these bytes, and all else as a server does that knows nothing. */
const streamed =
  ({ framing }: ChatProtocol, bytes: Uint8Array): Fetch =>
  () =>
    Promise.resolve(
      new Response(new Uint8Array(bytes), { headers: { 'content-type': FRAMING_MEDIA_TYPES[framing ?? 'sse'] } }),
    )

/** What is wrong with an answer, the items of a stream, or an error. */
function faultsIn(result: unknown, at: string): string[] {
  const items = Array.isArray(result) ? (result as unknown[]) : [result]
  const faults = result instanceof Error ? faultsOfError(result) : items.flatMap((item) => faultsOf(item))
  if (items.length === 0) faults.push('nothing, and no error')
  return faults.map((fault) => `${at}: ${fault}`)
}

describe.each(CHAT_FORMATS)('%s', (format) => {
  const codec = protocols[format] as ChatProtocol

  test.each(
    hostile.filter(({ name }) =>
      /JSON (null|true|\[\]|\[null\])$|truncated|nested|HTML|UTF-8|the event|empty/.test(name),
    ),
  )('$name: a typed error for plain calls and streams', async ({ answer, only }) => {
    server.behave = (_, response, socket) => answer(response, socket)
    for (const stream of [true, false]) {
      if (only === 'stream' && !stream) continue
      const failure = await call(format, stream)
      expect(faultsOfError(failure)).toEqual([])
    }
  })

  test('a body of 50 MB that is no answer is an error, and memory stays bounded', async () => {
    const { answer } = hostile.find(({ name }) => name === 'JSON of 50 MB that is no answer')!
    server.behave = (_, response, socket) => answer(response, socket)
    for (const stream of [false, true]) {
      const { result, bytes } = await growth(() => call(format, stream))
      expect(result).toBeInstanceOf(TracestitchError)
      expect(bytes).toBeLessThan(400 * MB)
    }
  })

  test('any field of an answer may be anything', async () => {
    const wrong: string[] = []
    const whole = codec.encodeResponse(RICH)
    for (const { at, value } of wounded(JSON.parse(JSON.stringify(whole))))
      for (const stream of [false, true])
        wrong.push(...faultsIn(await call(format, stream, () => Promise.resolve(Response.json(value))), at))
    expect(wrong).toEqual([])
  })

  test('any field of any event may be anything', async () => {
    const wrong: string[] = []
    const events = eventsOf(codec, chunksOf(RICH, 3))
    for (const [place, event] of events.entries()) {
      if (typeof event.data === 'string') continue
      for (const { at, value } of wounded(event.data)) {
        const changed = events.with(place, { ...event, data: value })
        wrong.push(
          ...faultsIn(await call(format, true, streamed(codec, bytesOf(codec, changed))), `event ${place}: ${at}`),
        )
      }
    }
    expect(wrong).toEqual([])
  })

  test('a stream that is cut after any event, or lacks one, or has them in another order', async () => {
    const wrong: string[] = []
    const events = eventsOf(codec, chunksOf(RICH, 3))
    const variants = events.flatMap((event, place) => [
      events.slice(0, place),
      events.toSpliced(place, 1),
      events.toSpliced(place, 0, event),
      [...events.slice(place), ...events.slice(0, place)],
    ])
    for (const variant of [...variants, events.toReversed()])
      wrong.push(
        ...faultsIn(await call(format, true, streamed(codec, bytesOf(codec, variant))), JSON.stringify(variant)),
      )
    expect(wrong).toEqual([])
  })

  test('keys named __proto__ and constructor reach no prototype', async () => {
    const whole = poisoned(codec.encodeResponse(RICH))
    const events = eventsOf(codec, chunksOf(RICH, 3)).map((event) =>
      typeof event.data === 'string' ? event : { ...event, data: JSON.parse(poisoned(event.data)) as unknown },
    )
    const answers: readonly (readonly [boolean, Fetch])[] = [
      [false, () => Promise.resolve(new Response(whole, { headers: { 'content-type': 'application/json' } }))],
      [true, streamed(codec, bytesOf(codec, events))],
    ]
    for (const [stream, fetch] of answers) {
      const result = await call(format, stream, fetch)
      expect(faultsIn(result, `${stream}`)).toEqual([])
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
      expect(inherited(result)).toEqual([])
    }
  })

  test.each([200, 401, 500])('a key that a server quotes with status %i is not shown', async (status) => {
    const said = `your key ${KEY} is wrong`
    const quoted = {
      error: { message: said, type: 'x', code: 'x' },
      message: said,
      detail: said,
      type: 'error',
      __type: 'x',
    }
    server.behave = (_request, response) => sendJson(response, status, quoted)
    for (const stream of [false, true]) {
      const failure = (await call(format, stream)) as TracestitchError
      expect(failure).toBeInstanceOf(TracestitchError)
      expect(told(failure) + String(failure.stack)).not.toContain(KEY)
    }
  })

  test('deep nesting where any value may stand is read, or is a typed error', async () => {
    const deep = `{"a":${nested()}}`
    const whole = JSON.stringify(codec.encodeResponse(RICH))
    // In place of the arguments of a call, of a number, and of a whole object.
    for (const place of ['"{\\"a\\":1}"', '{"a":1}', '10', '"Hello"', '["Hello"]']) {
      if (!whole.includes(place)) continue
      const body = whole.replace(place, () => deep)
      for (const stream of [false, true]) {
        const result = await call(format, stream, () =>
          Promise.resolve(new Response(body, { headers: { 'content-type': 'application/json' } })),
        )
        if (result instanceof Error) expect(result).toBeInstanceOf(TracestitchError)
      }
    }
  })
})
