/** What a program is told of as calls go by, and that a hook cannot break one. */
import { afterEach, beforeEach, expect, test, vi, type MockInstance } from 'vitest'
import { createClient, type AttemptEvent, type ClientOptions, type HookOptions } from '../../src/index.js'
import { faults } from '../../src/kernel/guard.js'
import { sharedState } from '../../src/kernel/state.js'
import { holdTime } from '../support/held-time.js'
import { faultPair, messages, text } from './fault-pair.js'
import { answers, beginStream, chunk, eventually, never, sendEvent, sendJson } from './fault-server.js'

const time = holdTime()
const pair = faultPair()
type Notice = readonly [name: string, event: object]
let told: Notice[]
let warned: MockInstance<typeof console.warn>

beforeEach(() => {
  told = []
  sharedState().delete('telemetry.warnings')
  warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
})
afterEach(() => {
  warned.mockRestore()
})

const record = (): HookOptions => ({
  onAttempt: (event) => told.push(['attempt', event]),
  onFallback: (event) => told.push(['fallback', event]),
  onCooldown: (event) => told.push(['rest', event]),
  onRecover: (event) => told.push(['recovery', event]),
})

const clientFor = (options: ClientOptions = {}) =>
  createClient({
    providers: {
      bad: { baseURL: pair.bad.baseURL, apiKey: 'k-very-secret-key' },
      good: { baseURL: pair.good.baseURL, apiKey: 'k-very-secret-key' },
    },
    models: { both: ['bad/m', 'good/m'] },
    retries: 0,
    timeout: { firstChunk: 150, idle: 150, total: 3000 },
    hooks: record(),
    ...options,
  })
const namesOf = (): string[] => told.map(([name]) => name)

test('a call that falls back: two attempts and the fallback between them', async () => {
  pair.bad.behave = (_, response) => sendJson(response, 500, { error: { message: 'it was: a very private prompt' } })
  await clientFor().chat.completions.create({ model: 'both', messages })
  expect(told).toEqual([
    [
      'attempt',
      {
        model: 'both',
        target: 'bad/m',
        provider: 'bad',
        number: 1,
        reason: expect.any(String),
        outcome: 'server',
        status: 500,
        error: 'ProviderError',
        ms: expect.any(Number),
        firstChunkMs: undefined,
      },
    ],
    ['fallback', { model: 'both', from: 'bad/m', to: 'good/m', after: 'server', reason: expect.any(String) }],
    [
      'attempt',
      {
        model: 'both',
        target: 'good/m',
        provider: 'good',
        number: 2,
        reason: expect.any(String),
        outcome: 'ok',
        status: 200,
        error: undefined,
        ms: expect.any(Number),
        firstChunkMs: undefined,
      },
    ],
  ])
  expect(told.every(([, event]) => Object.isFrozen(event))).toBe(true)
  expect(JSON.stringify(told)).not.toMatch(/private|secret/)
})

test('a retry of the same target is an attempt and no fallback', async () => {
  let calls = 0
  pair.bad.behave = (request, response, socket) => {
    calls += 1
    return calls === 1 ? sendJson(response, 503, {}) : answers('again')(request, response, socket)
  }
  await time.passing(
    clientFor({ retries: { max: 1, baseDelay: 1 } }).chat.completions.create({ model: 'bad/m', messages }),
  )
  expect(told).toMatchObject([
    ['attempt', { number: 1, outcome: 'overloaded' }],
    ['attempt', { number: 2, outcome: 'ok', reason: 'retry' }],
  ])
})

test('a target cools down, its trial fails and it cools down longer, then it recovers', async () => {
  const ai = clientFor({ cooldown: { consecutive: 1, duration: 40 } })
  const call = () => ai.chat.completions.create({ model: 'both', messages })
  const changes = (): readonly Notice[] => told.filter(([name]) => name === 'rest' || name === 'recovery')
  pair.bad.behave = (_, response) => sendJson(response, 500, {})
  await call()
  expect(namesOf()).toEqual(['attempt', 'rest', 'fallback', 'attempt'])
  await call()
  await time.advance(40)
  await call()
  await time.advance(80)
  pair.bad.behave = answers('well again')
  await call()
  await call()
  expect(changes()).toEqual([
    ['rest', { target: 'bad/m', provider: 'bad', after: 'server', ms: 40, from: 'own' }],
    ['rest', { target: 'bad/m', provider: 'bad', after: 'server', ms: 80, from: 'own' }],
    ['recovery', { target: 'bad/m', provider: 'bad' }],
  ])
})

test("a provider's own wait is the cooldown that is told; a client without cooldown tells none", async () => {
  pair.bad.behave = (_, response) => sendJson(response, 429, {}, { 'retry-after': '7' })
  await clientFor().chat.completions.create({ model: 'both', messages })
  expect(told).toContainEqual([
    'rest',
    { target: 'bad/m', provider: 'bad', after: 'rate-limit', ms: 7000, from: 'own' },
  ])
  told = []
  await clientFor({ cooldown: false }).chat.completions.create({ model: 'both', messages })
  expect(namesOf()).toEqual(['attempt', 'fallback', 'attempt'])
})

test('a stream is reported at its end: whole, closed early or cut', async () => {
  const ai = clientFor()
  const stream = await ai.chat.completions.create({ model: 'good/m', messages, stream: true })
  await text(stream)
  expect(told).toMatchObject([['attempt', { outcome: 'ok', firstChunkMs: expect.any(Number) }]])
  told = []
  let destroy = (): void => {}
  pair.bad.behave = (_, response) => {
    beginStream(response)
    sendEvent(response, chunk({ role: 'assistant', content: 'part' }))
    destroy = () => void response.destroy()
  }
  const cut = await ai.chat.completions.create({ model: 'both', messages, stream: true })
  expect(told).toEqual([])
  destroy()
  await expect(text(cut)).rejects.toMatchObject({ name: 'StreamError' })
  expect(told).toMatchObject([
    ['attempt', { target: 'bad/m', outcome: expect.not.stringMatching(/^ok$/), status: 200 }],
  ])
})

test('a hedge that loses is reported as lost', async () => {
  const ai = clientFor({ models: { both: { targets: ['bad/m', 'good/m'], hedge: { after: 30 } } } })
  pair.bad.behave = never
  await time.passing(ai.chat.completions.create({ model: 'both', messages }))
  await eventually(() => told.length === 2, 'both attempts are told of')
  expect(told.map(([name, event]) => [name, (event as AttemptEvent).target, (event as AttemptEvent).outcome])).toEqual(
    expect.arrayContaining([
      ['attempt', 'bad/m', 'lost'],
      ['attempt', 'good/m', 'ok'],
    ]),
  )
})

test('a hook that throws or rejects fails no call, is counted each time and reported once', async () => {
  const before = faults().count
  const secret = new Error('k-very-secret-key')
  const ai = clientFor({
    hooks: {
      onAttempt: () => {
        throw secret
      },
      onFallback: () => Promise.reject(secret),
    },
  })
  pair.bad.behave = (_, response) => sendJson(response, 500, {})
  for (let i = 0; i < 2; i += 1) {
    const result = await ai.chat.completions.create({ model: 'both', messages })
    expect(result._meta.provider).toBe('good')
  }
  await new Promise(setImmediate)
  expect(faults().count - before).toBe(6)
  expect(warned.mock.calls.map(([line]) => String(line))).toEqual([
    expect.stringContaining('hooks.onAttempt'),
    expect.stringContaining('hooks.onFallback'),
  ])
  expect(JSON.stringify(warned.mock.calls)).not.toContain('secret')
})

test('a hook may call the client, whose counts are up to date by then', async () => {
  const states: unknown[] = []
  const ai = clientFor({
    cooldown: { consecutive: 1, duration: 5000 },
    hooks: {
      onAttempt: () => states.push(ai.health().targets.map(({ inFlight }) => inFlight)),
      onCooldown: () => states.push(ai.health().targets[0]?.state),
    },
  })
  pair.bad.behave = (_, response) => sendJson(response, 500, {})
  await ai.chat.completions.create({ model: 'both', messages })
  expect(states).toEqual([[0, 0], 'open', [0, 0]])
})
