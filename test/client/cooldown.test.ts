/** How a client's targets cool down and come back: streams that try them, cooldowns of other processes, slow answers, told quotas. */
import { expect, test } from 'vitest'
import { createClient, type ClientOptions, type CooldownEvent } from '../../src/index.js'
import { systemClock } from '../../src/kernel/clock.js'
import { MemoryStore } from '../../src/stores/memory.js'
import { holdTime } from '../support/held-time.js'
import { faultPair, messages, text } from './fault-pair.js'
import { answers, beginStream, chunk, completion, eventually, sendEvent, sendJson } from './fault-server.js'

const time = holdTime()
const pair = faultPair()
const clientWith = (options: ClientOptions) =>
  createClient({
    providers: { bad: { baseURL: pair.bad.baseURL }, good: { baseURL: pair.good.baseURL } },
    models: { both: ['bad/m', 'good/m'] },
    retries: 0,
    timeout: 5000,
    ...options,
  })
const ask = (ai: ReturnType<typeof clientWith>) => ai.chat.completions.create({ model: 'both', messages })

test('a stream that tries a target in cooldown frees its place at its first content', async () => {
  const recovered: string[] = []
  const ai = clientWith({
    cooldown: { consecutive: 1, duration: 30 },
    hooks: { onRecover: ({ target }) => recovered.push(target) },
  })
  pair.bad.behave = (_, response) => sendJson(response, 500, {})
  await ask(ai)
  await time.advance(30)
  let finish = (): void => {}
  pair.bad.behave = (seen, response, socket) => {
    if (seen.body['stream'] !== true) return answers('well again')(seen, response, socket)
    beginStream(response)
    sendEvent(response, chunk({ role: 'assistant', content: 'first' }))
    finish = () => {
      sendEvent(response, chunk({}, 'stop'))
      sendEvent(response, '[DONE]')
      response.end()
    }
  }
  const stream = await ai.chat.completions.create({ model: 'both', messages, stream: true })
  expect(ai.health().targets[0]).toMatchObject({ target: 'bad/m', state: 'closed', inFlight: 1 })
  expect(recovered).toEqual(['bad/m'])
  expect((await ask(ai))._meta.provider).toBe('bad')
  finish()
  expect(await text(stream)).toBe('first')
  expect(recovered).toEqual(['bad/m'])
  expect(ai.health().targets[0]).toMatchObject({ state: 'closed', inFlight: 0, requests: 3, failures: 1 })
})

test('a stream that fails after its first content is a failure of its target all the same', async () => {
  const ai = clientWith({ cooldown: { consecutive: 1, duration: 30 } })
  pair.bad.behave = (_, response) => sendJson(response, 500, {})
  await ask(ai)
  await time.advance(30)
  let cut = (): void => {}
  pair.bad.behave = (_, response) => {
    beginStream(response)
    sendEvent(response, chunk({ role: 'assistant', content: 'first' }))
    cut = () => void response.destroy()
  }
  const stream = await ai.chat.completions.create({ model: 'both', messages, stream: true })
  cut()
  await expect(text(stream)).rejects.toMatchObject({ name: 'StreamError' })
  expect(ai.health().targets[0]).toMatchObject({ state: 'open', failures: 2 })
})

test('a cooldown from another process is reported as such, once, and its recovery too', async () => {
  class Shared extends MemoryStore {
    override readonly shared = true as unknown as false
  }
  const store = new Shared(systemClock)
  const told: (readonly [string, string, Partial<CooldownEvent>])[] = []
  const processOf = (name: string) =>
    clientWith({
      store,
      cooldown: { consecutive: 1, duration: 400 },
      hooks: {
        onCooldown: (event) => told.push([name, 'rest', event]),
        onRecover: (event) => told.push([name, 'recovery', event]),
      },
    })
  const [first, second] = [processOf('first'), processOf('second')]
  await ask(first).catch(() => undefined)
  pair.bad.behave = (_, response) => sendJson(response, 503, {})
  await ask(first)
  await ask(second)
  await eventually(() => told.length === 2, 'the second has learnt of it')
  for (let i = 0; i < 3; i += 1) expect((await ask(second))._meta.provider).toBe('good')
  const rest = { target: 'bad/m', provider: 'bad', after: 'overloaded', ms: 400, from: 'own' } as const
  expect(told).toEqual([
    ['first', 'rest', rest],
    ['second', 'rest', { ...rest, from: 'shared' }],
  ])
  pair.bad.behave = answers('well again')
  await time.advance(400)
  expect((await ask(second))._meta.provider).toBe('bad')
  expect(told[2]).toEqual(['second', 'recovery', { target: 'bad/m', provider: 'bad' }])
})

test('answers slower than `cooldown.slowerThan` start a cooldown, and the hook says why', async () => {
  const told: CooldownEvent[] = []
  const ai = clientWith({
    cooldown: { consecutive: 2, slowerThan: 40 },
    hooks: { onCooldown: (event) => told.push(event) },
  })
  pair.bad.behave = async (_, response) => {
    await time.advance(41)
    sendJson(response, 200, completion('at last'))
  }
  const providers: string[] = []
  for (let i = 0; i < 4; i += 1) providers.push((await ask(ai))._meta.provider)
  expect(providers).toEqual(['bad', 'bad', 'good', 'good'])
  expect(told).toMatchObject([{ target: 'bad/m', after: 'slow', ms: 5000, from: 'own' }])
  expect(ai.health().targets[0]).toMatchObject({ state: 'open', requests: 2, failures: 0 })
})

test('a target that hangs cools down before it answers', async () => {
  const told: CooldownEvent[] = []
  const ai = clientWith({
    cooldown: { consecutive: 3, slowerThan: 50 },
    hooks: { onCooldown: (event) => told.push(event) },
  })
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  pair.bad.behave = async (...seen) => {
    await opened
    await answers('at last')(...seen)
  }
  const hanging = [1, 2, 3].map(() => ask(ai))
  await eventually(() => pair.bad.busy() === 3, 'they hang')
  await time.advance(51)
  hanging.push(ask(ai))
  expect(told).toEqual([{ target: 'bad/m', provider: 'bad', after: 'slow', ms: 5000, from: 'own' }])
  expect((await ask(ai))._meta.provider).toBe('good')
  open()
  await Promise.all(hanging)
  expect(ai.health().targets[0]).toMatchObject({ requests: 4, failures: 0 })
})

test.each([0, -1, '5x', { timesUsual: 1 }, { usual: 3 }])('slowerThan %j is refused', (slowerThan) => {
  expect(() => clientWith({ cooldown: { slowerThan: slowerThan as number } })).toThrow('cooldown')
})

test('`usage` follows the quotas that the providers report', async () => {
  const quota = (remaining: number) => ({
    'x-ratelimit-limit-requests': '100',
    'x-ratelimit-remaining-requests': String(remaining),
    'x-ratelimit-reset-requests': '60s',
  })
  const left = { bad: 90, good: 90 }
  for (const name of ['bad', 'good'] as const) {
    pair[name].behave = (_, response) => {
      left[name] -= name === 'bad' ? 40 : 1
      sendJson(response, 200, completion('ok'), quota(left[name]))
    }
  }
  const ai = clientWith({ models: { both: { strategy: 'usage', targets: ['bad/m', 'good/m'] } } })
  // Each is heard of once: until then they have about as much, and which is asked is drawn.
  for (const model of ['bad/m', 'good/m']) await ai.chat.completions.create({ model, messages })
  for (let i = 0; i < 10; i += 1) expect((await ask(ai))._meta.provider).toBe('good')
  expect(ai.health().targets.map(({ headroom }) => headroom)).toEqual([0.5, left.good / 100])
})

/** A quota that is used up, and when it is whole again, without `retry-after`. */
const usedUp = (reset: string, remaining = '0') => ({
  'x-ratelimit-limit-requests': '60',
  'x-ratelimit-remaining-requests': remaining,
  'x-ratelimit-reset-requests': reset,
})
async function refusedOnce(headers: Record<string, string>, retries: object) {
  const at: number[] = []
  pair.bad.behave = (seen, response, socket) => {
    at.push(performance.now())
    if (at.length === 1) return sendJson(response, 429, { error: { message: 'slow down' } }, headers)
    return answers('after the wait')(seen, response, socket)
  }
  const ai = clientWith({ models: {}, retries })
  const end = await time.passing(ai.chat.completions.create({ model: 'bad/m', messages })).then(
    ({ choices }) => choices[0]?.message.content,
    (error: unknown) => error,
  )
  return { end, at, waited: (at[1] ?? Infinity) - (at[0] ?? 0), health: ai.health().targets[0] }
}

test('a retry waits until the quota resets, by x-ratelimit-reset', async () => {
  const { end, waited } = await refusedOnce(usedUp('150ms'), { max: 1, baseDelay: 1, maxDelay: 1000 })
  expect(end).toBe('after the wait')
  expect(waited).toBeGreaterThanOrEqual(150)
  expect(waited).toBeLessThan(1000)
})

test('does not wait longer than `maxDelay`: the error says how long, and the target cools down for that time', async () => {
  const { end, at, health } = await refusedOnce(usedUp('90s'), { max: 1, baseDelay: 1, maxDelay: 1000 })
  expect(end).toMatchObject({ name: 'ProviderError', status: 429, retryAfterMs: 90_000 })
  expect(at).toHaveLength(1)
  expect(health?.state).toBe('open')
  expect(health?.retryAfterMs).toBeGreaterThan(89_000)
})

test('the reset of a quota with something left is no wait', async () => {
  const { end, waited } = await refusedOnce(usedUp('90s', '7'), { max: 1, baseDelay: 1, maxDelay: 1000 })
  expect(end).toBe('after the wait')
  expect(waited).toBeLessThan(1000)
})

test('retry-after counts before x-ratelimit-reset', async () => {
  const { end, waited } = await refusedOnce(
    { ...usedUp('90s'), 'retry-after-ms': '60' },
    { max: 1, baseDelay: 1, maxDelay: 1000 },
  )
  expect(end).toBe('after the wait')
  expect(waited).toBeGreaterThanOrEqual(60)
})
