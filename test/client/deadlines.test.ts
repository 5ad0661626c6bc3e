/** Time limits of a target and of a call, and the abort that reaches the socket. */
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import { holdTime } from '../support/held-time.js'
import { faultPair, messages } from './fault-pair.js'
import { turn } from '../support/eventually.js'
import { answers, eventually, never } from './fault-server.js'

const time = holdTime()
const pair = faultPair()
const clientWith = (perTarget: number, total: number) =>
  createClient({
    providers: { bad: { baseURL: pair.bad.baseURL }, good: { baseURL: pair.good.baseURL } },
    models: { both: [{ model: 'bad/m', timeout: { total: perTarget } }, 'good/m'] },
    retries: 0,
    timeout: total,
  })

test.each([false, true])(
  'a target’s own total ends its attempt, the next target is tried, and its socket closes; stream %s',
  async (stream) => {
    pair.bad.behave = never
    const answer = await time.passing(clientWith(50, 3000).chat.completions.create({ model: 'both', messages, stream }))
    if (Symbol.asyncIterator in answer) for await (const _ of answer) if (pair.bad.busy() > 0) break
    expect(answer._meta?.attempts[0]).toMatchObject({ target: 'bad/m', error: 'TimeoutError' })
    await eventually(() => pair.bad.busy() === 0, 'the socket is closed')
  },
)

test.each([false, true])('the total of the call ends it wherever it is; stream %s', async (stream) => {
  pair.bad.behave = never
  pair.good.behave = never
  const ai = clientWith(40, 120)
  const before = performance.now()
  await expect(time.passing(ai.chat.completions.create({ model: 'both', messages, stream }))).rejects.toMatchObject({
    name: 'TimeoutError',
    limit: 'total',
    provider: 'good',
    attempts: [
      { target: 'bad/m', error: 'TimeoutError' },
      { target: 'good/m', error: 'TimeoutError' },
    ],
  })
  expect(performance.now() - before).toBeLessThan(1500)
  await eventually(() => pair.bad.busy() + pair.good.busy() === 0, 'the sockets are closed')
})

test('a call’s own limits are over those of its targets and of the client', async () => {
  pair.bad.behave = never
  pair.good.behave = never
  const before = performance.now()
  const limits = { timeout: 50, fallbacks: false } as const
  await expect(
    time.passing(clientWith(5000, 5000).chat.completions.create({ model: 'both', messages }, limits)),
  ).rejects.toMatchObject({ name: 'TimeoutError', limit: 'total' })
  expect(performance.now() - before).toBeLessThan(1500)
})

test.each([false, true])('an abort reaches the socket, with the caller’s own reason; stream %s', async (stream) => {
  pair.bad.behave = never
  const controller = new AbortController()
  const asked = clientWith(5000, 5000).chat.completions.create(
    { model: 'both', messages, stream },
    { signal: controller.signal },
  )
  await eventually(() => pair.bad.busy() === 1, 'the request is there')
  const reason = new Error('stopped')
  controller.abort(reason)
  await expect(asked).rejects.toBe(reason)
  await eventually(() => pair.bad.busy() === 0, 'the socket is closed')
  expect(pair.good.seen).toHaveLength(0)
})

test.each([false, true])(
  'fifty calls at once on one signal: no warning, no listener left; aborted %s',
  async (aborted) => {
    const warnings: Error[] = []
    const warn = (warning: Error): void => void warnings.push(warning)
    process.on('warning', warn)
    try {
      pair.bad.behave = aborted ? never : answers('together')
      const ai = clientWith(5000, 5000)
      const controller = new AbortController()
      const { signal } = controller
      const asked = Array.from({ length: 50 }, () =>
        ai.chat.completions.create({ model: 'both', messages }, { signal }),
      )
      expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1)
      const ends = Promise.allSettled(asked)
      if (aborted) {
        await eventually(() => pair.bad.busy() === 50, 'all are there')
        controller.abort()
      }
      for (const end of await ends) expect(end).toHaveProperty(aborted ? 'reason' : 'value')
      await eventually(() => pair.bad.busy() === 0, 'every request is over')
      expect(getEventListeners(signal, 'abort')).toEqual([])
      // Node tells its warnings in a tick of their own.
      await turn()
      expect(warnings).toEqual([])
    } finally {
      process.off('warning', warn)
    }
  },
)
