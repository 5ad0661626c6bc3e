/** A raw body that the program begins to read and lets go of: whatever way it reads, the span ends with what came. */
import { SpanStatusCode } from '@opentelemetry/api'
import { Duplex, Readable } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test, vi } from 'vitest'
import { tapBody, unwatchNodeStreams } from '../../src/autolog/streams/body-tap.js'
import { AnswerReader } from '../../src/autolog/calls/reader.js'
import { startCall } from '../../src/telemetry/spans/call.js'
import { eventually } from '../support/eventually.js'
import { spanHarness } from '../telemetry/span-harness.js'

const harness = spanHarness()
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const piece = Buffer.from(
  `data: ${JSON.stringify({ id: 'c_1', model: 'm-1', choices: [{ index: 0, delta: { content: 'Hi' } }] })}\n\n`,
)
const headers = new Headers({ 'content-type': 'text/event-stream' })

function watched<Body extends object>(body: Body): { readonly body: Body; readonly headers: Headers } {
  const call = startCall({
    operation: 'chat',
    layer: 'sdk',
    provider: 'p',
    model: 'm',
    request: undefined,
    baseURL: undefined,
  })
  const response = { body, headers }
  tapBody(response, new AnswerReader(call, { protocol: 'openai-chat', provider: 'p' }))
  return response
}

/** Has more to give than anybody reads. */
const web = () =>
  watched(new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(piece) }, { highWaterMark: 0 }))
const node = () => watched(Readable.from([piece, piece, piece]))
const paused = (stream: Readable): Promise<void> =>
  new Promise((done) => {
    stream.once('data', () => {
      stream.pause()
      done()
    })
  })

const READERS: Readonly<Record<string, () => Promise<unknown>>> = {
  'a reader': () => web().body.getReader().read(),
  'a reader that asked for one more': async () => {
    const reader = web().body.getReader()
    await reader.read()
    void reader.read()
  },
  'a reader that has let go of the lock': async () => {
    const reader = web().body.getReader()
    await reader.read()
    reader.releaseLock()
  },
  'an iterator': () => web().body[Symbol.asyncIterator]().next(),
  'one branch of a tee': () => web().body.tee()[0].getReader().read(),
  'a pipe through a transform': () =>
    web().body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>()).getReader().read(),
  'a pipe to a sink that takes no more': async () => {
    await new Promise<void>((begun) => {
      void web().body.pipeTo(
        new WritableStream({
          write() {
            begun()
            return new Promise(() => undefined)
          },
        }),
      )
    })
  },
  'a Node stream over it': () =>
    paused(Readable.fromWeb(web().body as Parameters<typeof Readable.fromWeb>[0], { highWaterMark: 1 })),
  'data events of a Node stream': () => paused(node().body),
  'an iterator of a Node stream': () => node().body[Symbol.asyncIterator]().next(),
  'read() of a Node stream': async () => {
    const { body } = node()
    await new Promise((done) => body.once('readable', done))
    body.read()
  },
}

describe.each(Object.entries(READERS))('%s', (_name, read) => {
  test('that is dropped ends the span, which has tracestitch.abandoned', async () => {
    await read()
    await eventually(() => (collect(), harness.spans().length > 0), 'its span has ended')
    const { attributes, status } = harness.only()
    expect(attributes).toMatchObject({ 'tracestitch.abandoned': true, 'gen_ai.response.model': 'm-1' })
    expect(attributes).not.toHaveProperty('gen_ai.response.finish_reasons')
    expect(status.code).toBe(SpanStatusCode.UNSET)
  })
})

test.each([
  ['Readable.fromWeb', (body: ReadableStream) => Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0])],
  ['Duplex.from', (body: ReadableStream) => Duplex.from(body as Parameters<typeof Duplex.from>[0])],
])('a Node stream over a body, made by %s, that is read to its end gives the whole answer', async (_name, over) => {
  const last = { id: 'c_1', model: 'm-1', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }
  const bytes = [piece, Buffer.from(`data: ${JSON.stringify(last)}\n\n`), Buffer.from('data: [DONE]\n\n')]
  const whole = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const some of bytes) controller.enqueue(some)
      controller.close()
    },
  })
  const { body } = watched(whole)
  const read: Buffer[] = []
  for await (const some of over(body)) read.push(some as Buffer)
  expect(Buffer.concat(read)).toEqual(Buffer.concat(bytes))
  const { attributes } = harness.only()
  expect(attributes['gen_ai.response.finish_reasons']).toEqual(['stop'])
  expect(attributes).not.toHaveProperty('tracestitch.abandoned')
})

test("Node's functions are their own again once nothing is traced, and replaced again by the next answer", async () => {
  unwatchNodeStreams()
  const own = [Readable.fromWeb, Duplex.from]
  for (const _round of [1, 2]) {
    await web().body.cancel()
    expect(Readable.fromWeb).not.toBe(own[0])
    expect(Duplex.from).not.toBe(own[1])
    unwatchNodeStreams()
    expect([Readable.fromWeb, Duplex.from]).toEqual(own)
  }
})

test('a body is still watched when only its response is dropped', async () => {
  const { body } = web()
  for (let round = 0; round < 5; round++) {
    collect()
    await new Promise(setImmediate)
  }
  expect(harness.spans()).toEqual([])
  const reader = body.getReader()
  await reader.read()
  await reader.cancel()
  expect(harness.only().attributes).toMatchObject({ 'gen_ai.response.model': 'm-1' })
  expect(harness.only().attributes).not.toHaveProperty('tracestitch.abandoned')
})

test('a body that is cancelled unread, or between two readers, counts as closed by the program', async () => {
  await web().body.cancel()
  const { body } = web()
  const reader = body.getReader()
  await reader.read()
  await expect(body.cancel()).rejects.toThrow(TypeError)
  expect(harness.spans()).toHaveLength(1)
  reader.releaseLock()
  await body.cancel()
  const spans = harness.spans()
  expect(spans.map(({ status }) => status.code)).toEqual([SpanStatusCode.UNSET, SpanStatusCode.UNSET])
  for (const { attributes } of spans) expect(attributes).not.toHaveProperty('tracestitch.abandoned')
})

describe('the time limit', () => {
  const HOUR = 3_600_000

  test('applies to a reader that has stopped reading, and not to one that waits', async () => {
    vi.useFakeTimers()
    try {
      const silent = watched(
        new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(piece) }, { highWaterMark: 0 }),
      )
      const [waits, stopped] = [silent.body.getReader(), web().body.getReader()]
      await waits.read()
      void waits.read()
      await stopped.read()
      vi.advanceTimersByTime(HOUR)
      expect(harness.spans()).toHaveLength(1)
      await waits.cancel()
      expect(harness.spans().map(({ attributes }) => attributes['tracestitch.abandoned'])).toEqual([true, undefined])
    } finally {
      vi.useRealTimers()
    }
  })

  test('does not apply to a flowing Node stream while the provider is silent', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    try {
      const { body } = watched(new Readable({ read: () => undefined }))
      body.on('data', () => undefined)
      body.push(piece)
      await new Promise(setImmediate)
      vi.advanceTimersByTime(HOUR)
      expect(harness.spans()).toEqual([])
      body.pause()
      vi.advanceTimersByTime(HOUR)
      expect(harness.only().attributes['tracestitch.abandoned']).toBe(true)
    } finally {
      vi.useRealTimers()
    }
  })
})
