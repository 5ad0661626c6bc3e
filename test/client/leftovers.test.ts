/** Nothing is left behind, and nothing is lost in silence. */
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import { StreamError } from '../../src/kernel/errors.js'
import { turn } from '../support/eventually.js'
import { chunk, completion, eventually, usageChunk } from './fault-server.js'

const messages = [{ role: 'user' as const, content: 'hi' }]
const events = [
  chunk({ role: 'assistant', content: '' }),
  chunk({ content: 'Grüße ' }),
  chunk({ content: '🙂' }),
  chunk({}, 'stop'),
  usageChunk,
]
const body = new TextEncoder().encode(
  [...events.map((event) => JSON.stringify(event)), '[DONE]'].map((data) => `data: ${data}\n\n`).join(''),
)

/** Sends the first `end` bytes in pieces of `size`. */
function partialStream(end: number, size: number): Response {
  let at = 0
  const stream = new ReadableStream<Uint8Array>({
    pull(sink) {
      if (at >= end) return sink.close()
      sink.enqueue(body.slice(at, Math.min(end, at + size)))
      at += size
    },
  })
  return new Response(stream, { headers: { 'content-type': 'text/event-stream' } })
}

const clientWith = (answer: (body: string) => Response | Promise<Response>) =>
  createClient({
    fetch: (async (_url: unknown, init: RequestInit) => answer(init.body as string)) as typeof globalThis.fetch,
    providers: { mine: { baseURL: 'http://h/v1' } },
    retries: 0,
  })

test('a stream cut at any byte, in pieces of any size, is whole or an error, and never silently short', async () => {
  const whole = 'Grüße 🙂'
  let complete = 0
  for (const size of [1, 7, 64, 10_000]) {
    for (let end = 0; end <= body.length; end += size === 64 ? 1 : 13) {
      const ai = clientWith(() => partialStream(end, size))
      let text = ''
      let last: unknown
      let failure: unknown
      try {
        for await (const item of await ai.chat.completions.create({ model: 'mine/m', messages, stream: true })) {
          text += item.choices[0]?.delta.content ?? ''
          last = item
        }
      } catch (error) {
        failure = error
      }
      expect(whole.startsWith(text)).toBe(true)
      if (failure === undefined) {
        complete += 1
        expect(text).toBe(whole)
        expect(last).toHaveProperty('_meta.provider', 'mine')
      } else {
        expect(failure).toBeInstanceOf(StreamError)
        // What was handed over before is in the error too.
        if (text !== '') expect(failure).toMatchObject({ partial: { choices: [{ message: { content: text } }] } })
      }
    }
  }
  expect(complete).toBeGreaterThan(0)
})

/** Those that keep the process alive. */
const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length

test('what waits for the end of a cooldown keeps no process alive', async () => {
  const before = timers()
  const ai = createClient({
    fetch: (async () => Response.json({}, { status: 500 })) as typeof globalThis.fetch,
    providers: { mine: { baseURL: 'http://h/v1' } },
    models: { one: ['mine/m'] },
    cooldown: { consecutive: 1, duration: 60_000 },
    probes: { interval: 1 },
    retries: 0,
  })
  await expect(ai.chat.completions.create({ model: 'one', messages })).rejects.toMatchObject({ status: 500 })
  expect(ai.health().targets[0]?.state).toBe('open')
  await eventually(() => timers() <= before, 'no timer holds the process')
  await ai.close()
})

test('a signal shared by many calls keeps no listener, and no timer stays', async () => {
  const { signal } = new AbortController()
  const before = timers()
  const answers = [
    () => Response.json(completion('ok')),
    () => Response.json({ error: { message: 'no' } }, { status: 500 }),
    () => partialStream(body.length, 50),
    () => partialStream(200, 50),
    () => Promise.reject(new TypeError('fetch failed')),
  ]
  for (let i = 0; i < 200; i += 1) {
    const ai = clientWith(answers[i % answers.length]!)
    const timeout = { firstChunk: 5000, idle: 5000, total: 60_000 }
    try {
      const result = await ai.chat.completions.create(
        { model: 'mine/m', messages, stream: i % 5 > 1 },
        { signal, timeout },
      )
      if (!(Symbol.asyncIterator in result)) continue
      for await (const _ of result) if (i % 2 === 0) break
    } catch (error) {
      expect((error as Error).name).toMatch(/^(ProviderError|StreamError|ConnectionError)$/)
    }
  }
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  await eventually(() => timers() <= before + 1, 'no timer is left')
})

test('a fetch without support for signals is abandoned at the limit and at an abort', async () => {
  const never = clientWith(() => new Promise<Response>(() => {}))
  await expect(never.chat.completions.create({ model: 'mine/m', messages, timeout: 30 })).rejects.toMatchObject({
    name: 'TimeoutError',
    limit: 'total',
  })
  const silent = clientWith(
    () => new Response(new ReadableStream(), { headers: { 'content-type': 'text/event-stream' } }),
  )
  await expect(
    silent.chat.completions.create({ model: 'mine/m', messages, stream: true, timeout: { firstChunk: 30 } }),
  ).rejects.toMatchObject({ limit: 'firstChunk' })
  const controller = new AbortController()
  const aborted = never.chat.completions.create({ model: 'mine/m', messages, signal: controller.signal })
  await turn()
  controller.abort()
  await expect(aborted).rejects.toMatchObject({ name: 'AbortError' })
})

test('an answer larger than the limit is refused, not read', async () => {
  let sent = 0
  const endless = clientWith(() => {
    const piece = new Uint8Array(1024 * 1024).fill(32)
    const stream = new ReadableStream<Uint8Array>({
      pull(sink) {
        sent += 1
        sink.enqueue(piece)
      },
    })
    return new Response(stream, { headers: { 'content-type': 'application/json' } })
  })
  await expect(endless.chat.completions.create({ model: 'mine/m', messages })).rejects.toMatchObject({
    name: 'StreamError',
    isRetryable: false,
  })
  expect(sent).toBeLessThan(80)
})
