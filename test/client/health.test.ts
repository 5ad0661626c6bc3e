/** What `health()` tells of targets, from calls over real sockets. */
import { expect, test } from 'vitest'
import { createClient, type ClientOptions, type Store, type StoreStatus } from '../../src/index.js'
import { systemClock } from '../../src/kernel/clock.js'
import { MemoryStore } from '../../src/stores/memory.js'
import { holdTime } from '../support/held-time.js'
import { faultPair, messages, text } from './fault-pair.js'
import { answers, eventually, sendJson } from './fault-server.js'

const time = holdTime()
const pair = faultPair()
const KEY = 'k-very-secret-key'

const clientFor = (options: ClientOptions = {}) =>
  createClient({
    providers: {
      bad: { baseURL: pair.bad.baseURL, apiKey: KEY, headers: { 'x-team': 'a secret of the team' } },
      good: { baseURL: pair.good.baseURL, apiKey: KEY },
    },
    models: { both: ['bad/m', { model: 'good/m', name: 'second' }] },
    retries: 0,
    timeout: { total: 3000 },
    ...options,
  })

test('every target of the options is there before any call, with nothing measured yet', () => {
  const fresh = {
    state: 'closed',
    inFlight: 0,
    requests: 0,
    failures: 0,
    errorRate: 0,
    latencyMs: null,
    firstChunkMs: null,
    msPerToken: null,
    headroom: 1,
    retryAfterMs: null,
  }
  expect(clientFor().health()).toEqual({
    targets: [
      { target: 'bad/m', provider: 'bad', model: 'm', ...fresh },
      { target: 'good/m#second', provider: 'good', model: 'm', ...fresh },
    ],
    store: {
      name: 'memory',
      shared: false,
      up: true,
      downSince: null,
      problem: null,
      emptiedAt: null,
      localOperations: 0,
    },
    skipped: [],
  })
})

test('an answer, a stream and a failure are counted and measured', async () => {
  const ai = clientFor()
  pair.bad.behave = (_, response) => sendJson(response, 500, {})
  pair.good.behave = async (...exchange) => {
    await time.advance(20)
    return answers('Hello from next door')(...exchange)
  }
  await ai.chat.completions.create({ model: 'both', messages })
  await text(await ai.chat.completions.create({ model: 'good/other', messages, stream: true }))
  const [bad, good, other] = ai.health().targets
  expect(bad).toMatchObject({ state: 'closed', inFlight: 0, requests: 1, failures: 1, latencyMs: null })
  expect(bad?.errorRate).toBeGreaterThan(0.9)
  expect(good).toMatchObject({ state: 'closed', requests: 1, failures: 0, errorRate: 0, firstChunkMs: null })
  expect(good).toMatchObject({ latencyMs: 20, msPerToken: 20 / 100 })
  // Named by a call only.
  expect(other).toMatchObject({ target: 'good/other', requests: 1, msPerToken: null, firstChunkMs: 20 })
})

test('an attempt is in flight until it ends, also when the caller breaks it off', async () => {
  const ai = clientFor()
  pair.good.behave = () => {}
  const controller = new AbortController()
  const call = ai.chat.completions.create({ model: 'good/m', messages }, { signal: controller.signal })
  const inFlight = (): number | undefined => ai.health().targets.find(({ target }) => target === 'good/m')?.inFlight
  await eventually(() => pair.good.seen.length === 1, 'the request is there')
  expect(inFlight()).toBe(1)
  controller.abort()
  await expect(call).rejects.toMatchObject({ name: 'AbortError' })
  expect(inFlight()).toBe(0)
  expect(ai.health().targets.find(({ target }) => target === 'good/m')).toMatchObject({ requests: 0, failures: 0 })
})

test('a target in cooldown says for how long, and that it may be tried again', async () => {
  const ai = clientFor({ cooldown: { consecutive: 1, duration: 60 } })
  const bad = () => ai.health().targets[0]
  pair.bad.behave = (_, response) => sendJson(response, 500, {})
  await ai.chat.completions.create({ model: 'both', messages })
  expect(bad()).toMatchObject({ target: 'bad/m', state: 'open', retryAfterMs: 60 })
  await time.advance(59)
  expect(bad()).toMatchObject({ state: 'open', retryAfterMs: 1 })
  await time.advance(1)
  expect(bad()).toMatchObject({ state: 'half-open', retryAfterMs: 0 })
  pair.bad.behave = answers('well again')
  await ai.chat.completions.create({ model: 'both', messages })
  expect(bad()).toMatchObject({ state: 'closed', retryAfterMs: null, requests: 2, failures: 1 })
})

test('it is plain data that JSON keeps, and holds no key, header or address', async () => {
  const ai = clientFor()
  await ai.chat.completions.create({ model: 'good/m', messages })
  const health = ai.health()
  const json = JSON.stringify(health)
  expect(JSON.parse(json)).toEqual(health)
  for (const secret of [KEY, 'a secret of the team', pair.good.origin, 'very private'])
    expect(json).not.toContain(secret)
})

test('a store that is down shows since when, and how much this process has kept by itself', async () => {
  let status: StoreStatus = { up: true, localOperations: 0 }
  const own: Store = Object.assign(new MemoryStore(systemClock), { name: 'mine', shared: true, status: () => status })
  const ai = clientFor({ store: own })
  const { store } = ai.health()
  expect(store).toEqual({
    name: 'mine',
    shared: true,
    up: true,
    downSince: null,
    problem: null,
    emptiedAt: null,
    localOperations: 0,
  })
  const problem = { code: 'READONLY', message: 'the server is a replica' }
  status = { up: false, downSince: 1_760_000_000_000, problem, localOperations: 7 }
  expect(ai.health().store).toEqual({
    name: 'mine',
    shared: true,
    up: false,
    downSince: 1_760_000_000_000,
    problem,
    emptiedAt: null,
    localOperations: 7,
  })
})
