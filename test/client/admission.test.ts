/** Places and queues before targets; many callers at once; deadlines and fallbacks of a call. */
import { expect, test } from 'vitest'
import { createClient, type ClientOptions } from '../../src/index.js'
import { holdTime } from '../support/held-time.js'
import { turn } from '../support/eventually.js'
import { faultPair, messages, text } from './fault-pair.js'
import { answers, eventually, never, sendJson } from './fault-server.js'

const time = holdTime()
const pair = faultPair()
const clientWith = (options: ClientOptions) =>
  createClient({
    providers: { bad: { baseURL: pair.bad.baseURL }, good: { baseURL: pair.good.baseURL } },
    retries: 0,
    timeout: 3000,
    ...options,
  })
const content = (answer: { choices: { message: { content: string | null } }[] }) => answer.choices[0]?.message.content

test('200 callers at once: never more than the places, and all are answered', async () => {
  let now = 0
  let most = 0
  pair.good.behave = async (...seen) => {
    now += 1
    most = Math.max(most, now)
    await eventually(() => most === 20, 'every place is taken')
    now -= 1
    await answers('ok')(...seen)
  }
  const ai = clientWith({
    models: { m: [{ model: 'good/m', limits: { concurrent: 20, queue: 200 } }] },
    timeout: 20_000,
  })
  const all = await Promise.all(Array.from({ length: 200 }, () => ai.chat.completions.create({ model: 'm', messages })))
  expect(all.every((answer) => content(answer) === 'ok' && answer._meta.attempts.length === 1)).toBe(true)
  expect(most).toBe(20)
  expect(ai.health().targets[0]?.inFlight).toBe(0)
})

test('200 callers at once see each other: the least busy target is another one each time', async () => {
  pair.bad.behave = answers('ok')
  const ai = clientWith({ models: { m: { strategy: 'least-busy', targets: ['bad/m', 'good/m'] } }, timeout: 20_000 })
  await Promise.all(Array.from({ length: 200 }, () => ai.chat.completions.create({ model: 'm', messages })))
  expect([pair.bad.seen.length, pair.good.seen.length]).toEqual([100, 100])
})

test('a full target is skipped; one call more than may wait is refused with a LimitError, and nothing is sent', async () => {
  pair.bad.behave = never
  const limits = { concurrent: 1, queue: 0 }
  const ai = clientWith({
    models: { m: [{ model: 'bad/m', limits }, 'good/m'], alone: [{ model: 'bad/m', name: 'alone', limits }] },
  })
  const holder = new AbortController()
  const held = ['m', 'alone'].map((model) =>
    ai.chat.completions.create({ model, messages }, { signal: holder.signal }).catch((error: Error) => error.name),
  )
  await eventually(() => pair.bad.seen.length === 2, 'both places are taken')
  const answer = await ai.chat.completions.create({ model: 'm', messages })
  expect(answer._meta.attempts).toMatchObject([{ target: 'good/m' }])
  await expect(ai.chat.completions.create({ model: 'alone', messages })).rejects.toMatchObject({
    name: 'LimitError',
    limit: 'queue',
    provider: 'bad',
    attempts: [],
  })
  expect(pair.bad.seen).toHaveLength(2)
  holder.abort()
  expect(await Promise.all(held)).toEqual(['AbortError', 'AbortError'])
})

test('the deadline holds in the queue too, and an abort ends the wait; neither takes the place', async () => {
  pair.bad.behave = never
  const ai = clientWith({ models: { m: [{ model: 'bad/m', limits: { concurrent: 1 } }] } })
  const holder = new AbortController()
  const held = ai.chat.completions
    .create({ model: 'm', messages }, { signal: holder.signal })
    .catch((error: Error) => error.name)
  await eventually(() => pair.bad.seen.length === 1, 'the place is taken')
  const late = ai.chat.completions.create({ model: 'm', messages }, { timeout: 40 })
  await expect(time.passing(late)).rejects.toMatchObject({
    name: 'LimitError',
    limit: 'queue',
    attempts: [],
  })
  const reason = new Error('changed my mind')
  const leaver = new AbortController()
  const waiting = ai.chat.completions.create({ model: 'm', messages }, { signal: leaver.signal })
  await turn()
  leaver.abort(reason)
  await expect(waiting).rejects.toBe(reason)
  holder.abort()
  expect(await held).toBe('AbortError')
  pair.bad.behave = answers('free')
  expect(content(await ai.chat.completions.create({ model: 'm', messages }))).toBe('free')
})

test('waiting calls are served by priority, then in the order of arrival', async () => {
  const release: (() => void)[] = []
  pair.bad.behave = async (...seen) => {
    await new Promise<void>((resolve) => release.push(resolve))
    await answers('ok')(...seen)
  }
  const ai = clientWith({ models: { m: [{ model: 'bad/m', limits: { concurrent: 1 } }] } })
  const order: string[] = []
  const ask = async (name: string, priority: number): Promise<void> => {
    await ai.chat.completions.create({ model: 'm', messages }, { priority })
    order.push(name)
  }
  const all = [ask('first', 0), ask('late', 5), ask('usual', 0), ask('urgent', -1), ask('usual too', 0)]
  for (let i = 1; i <= all.length; i += 1) {
    await eventually(() => release.length === i, `request ${i} has arrived`)
    release[i - 1]?.()
  }
  await Promise.all(all)
  expect(order).toEqual(['first', 'urgent', 'usual', 'usual too', 'late'])
})

test('a place is given back after an answer, an error, a stream read to its end, and one that is left', async () => {
  const limits = { concurrent: 1, queue: 0 }
  const ai = clientWith({ models: { m: [{ model: 'bad/m', limits }] }, cooldown: false })
  pair.bad.behave = answers('some words here')
  for (let i = 0; i < 3; i += 1) {
    await ai.chat.completions.create({ model: 'm', messages })
    expect(await text(await ai.chat.completions.create({ model: 'm', messages, stream: true }))).toBe('some words here')
    for await (const _ of await ai.chat.completions.create({ model: 'm', messages, stream: true })) break
    pair.bad.behave = (_, response) => sendJson(response, 500, {})
    await expect(ai.chat.completions.create({ model: 'm', messages })).rejects.toMatchObject({ status: 500 })
    pair.bad.behave = answers('some words here')
  }
})

test('no room for a retry: the error is the failure before, not the limit', async () => {
  let seen = 0
  pair.bad.behave = (request, response, socket) => {
    seen += 1
    return seen === 1 ? sendJson(response, 500, { error: { message: 'oops' } }) : never(request, response, socket)
  }
  const ai = clientWith({
    models: { m: [{ model: 'bad/m', limits: { concurrent: 1, queue: 1 } }] },
    retries: { max: 1, baseDelay: 60 },
  })
  const holder = new AbortController()
  const first = ai.chat.completions.create({ model: 'm', messages }, { timeout: 400 }).catch((error: unknown) => error)
  const second = ai.chat.completions
    .create({ model: 'm', messages }, { signal: holder.signal })
    .catch((error: Error) => error.name)
  expect(await time.passing(first)).toMatchObject({ name: 'ProviderError', status: 500, attempts: [{ status: 500 }] })
  holder.abort()
  expect(await second).toBe('AbortError')
})
