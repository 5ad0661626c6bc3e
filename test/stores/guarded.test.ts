/** A shared store that is down, slow or silent. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ConfigError, ConnectionError } from '../../src/kernel/errors.js'
import { createClient } from '../../src/index.js'
import { redisStore } from '../../src/redis.js'
import { NoAnswer } from '../../src/stores/no-answer.js'
import { behindSwitch } from './behind-switch.js'
import { noRedis, RedisServer } from './redis-server.js'

const one = [{ key: 'k', limit: 2, windowMs: 60_000, units: 1 }]

afterEach(() => vi.restoreAllMocks())

describe('a store that fails', () => {
  test('is left alone after three failures, and this process counts by itself', async () => {
    const warned = vi.spyOn(console, 'warn').mockReturnValue(undefined)
    const { guarded, state } = behindSwitch('local')
    state.fault = new Error('down')
    const results = []
    for (let i = 0; i < 50; i += 1) results.push((await guarded.take(one)).ok)
    expect(state.asked).toBe(3)
    expect(results.filter(Boolean)).toHaveLength(2)
    const problem = { code: 'ERROR', message: 'down' }
    expect(guarded.status()).toEqual({ up: false, downSince: 0, localOperations: 50, problem })
    expect(warned.mock.calls.flat().join()).toMatch(/the store memory does not answer/)
    expect(warned).toHaveBeenCalledTimes(1)
  })

  test.each([
    [0, 3],
    [1_000, 3],
    [1_500, 2],
    [3_000, 1],
    [60_000, 1],
  ])('%d ms of silence at a time: it is left alone after %d times', async (silence, times) => {
    vi.spyOn(console, 'warn').mockReturnValue(undefined)
    const { guarded, state } = behindSwitch('local')
    state.fault = new NoAnswer('silent', new Promise(() => {}), silence)
    for (let i = 0; i < 10; i += 1) await guarded.take(one)
    expect(state.asked).toBe(times)
    expect(guarded.status()).toMatchObject({ up: false, problem: { code: 'NO_ANSWER' } })
  })

  test('this process goes on from what it has taken there, and from what its calls hold', async () => {
    vi.spyOn(console, 'warn').mockReturnValue(undefined)
    const { guarded, state, time } = behindSwitch('local')
    const rate = { key: 'r', limit: 10, windowMs: 60_000, units: 2 }
    const place = { key: 'p', limit: 2, holder: 'a', leaseMs: 1_000 }
    const room = (amount: number) => [{ key: 'k', limit: 100, windowMs: 60_000, slots: 1, amount }]
    const admit = (holder: string, amount: number) =>
      guarded.admit({
        holder,
        leaseMs: 1_000,
        places: [{ ...place, holder }],
        rates: [rate],
        allowances: room(amount),
      })
    expect(await admit('a', 30)).toMatchObject({ ok: true, left: [70], remaining: [8] })
    expect(await guarded.reserve('b', room(20), 1_000)).toEqual({ ok: true, left: [50] })
    expect(await guarded.take([rate])).toEqual({ ok: true, remaining: [6] })
    await guarded.correct([{ ...rate, units: 1 }])
    for (let ms = 0; ms < 3_000; ms += 500) {
      time.now = ms
      await guarded.acquire(place)
      for (const holder of ['a', 'b']) await guarded.renew(holder, ['k'], 1_000)
    }
    state.fault = new Error('down')
    expect(await guarded.usage(['k'])).toMatchObject([{ used: 0, reserved: 50 }])
    expect(await guarded.held('p')).toBe(1)
    expect(await admit('c', 51)).toMatchObject({ ok: false, by: 'allowances', left: 50 })
    expect(await admit('c', 40)).toMatchObject({ ok: true, left: [10], remaining: [3] })
    expect(await admit('d', 1)).toMatchObject({ ok: false, by: 'places' })
    await guarded.settle('a', room(5))
    await guarded.release('p', 'a')
    expect(await admit('d', 35)).toMatchObject({ ok: true, left: [0], remaining: [1] })
  })

  test('is asked again now and then, by nobody who waits, and used when it answers', async () => {
    vi.spyOn(console, 'warn').mockReturnValue(undefined)
    const { guarded, state, time } = behindSwitch('local')
    state.fault = new Error('down')
    for (let i = 0; i < 3; i += 1) await guarded.take(one)
    const asked: number[] = []
    for (let ms = 0; ms <= 10_000; ms += 50) {
      time.now = ms
      const before = state.asked
      await guarded.held('x')
      await new Promise(setImmediate)
      if (state.asked > before) asked.push(ms)
    }
    // Further and further apart, and never more than two seconds.
    expect(asked).toEqual([250, 750, 1750, 3750, 5750, 7750, 9750])
    state.fault = undefined
    time.now = 12_000
    await guarded.held('x')
    await new Promise(setImmediate)
    expect(guarded.status()).toMatchObject({ up: true })
    const before = state.asked
    await guarded.held('x')
    expect(state.asked).toBe(before + 1)
  })

  test('fails many who ask at once for one reason, which is one failure', async () => {
    vi.spyOn(console, 'warn').mockReturnValue(undefined)
    const { guarded, state } = behindSwitch('local')
    state.fault = new Error('a moment')
    await Promise.all(Array.from({ length: 50 }, () => guarded.held('x')))
    expect(guarded.status()).toMatchObject({ up: true, problem: { message: 'a moment' } })
    state.fault = undefined
    await guarded.held('x')
    expect(guarded.status()).toEqual({ up: true, localOperations: 50 })
    state.fault = new Error('down')
    for (let round = 0; round < 3; round += 1) {
      expect(guarded.status().up).toBe(true)
      await Promise.all(Array.from({ length: 50 }, () => guarded.held('x')))
    }
    expect(guarded.status().up).toBe(false)
  })

  test('after it was closed is not told to be down', async () => {
    const warned = vi.spyOn(console, 'warn').mockReturnValue(undefined)
    const { guarded, state } = behindSwitch('local')
    await guarded.close()
    state.fault = new Error('closed')
    for (let i = 0; i < 5; i += 1) await guarded.held('x')
    expect(warned).not.toHaveBeenCalled()
  })

  test('now and then only is not down', async () => {
    const { guarded, state } = behindSwitch('local')
    for (let i = 0; i < 10; i += 1) {
      state.fault = i % 3 === 0 ? undefined : new Error('slow')
      await guarded.held('x')
    }
    expect(state.asked).toBe(10)
    expect(guarded.status()).toMatchObject({ up: true, localOperations: 6 })
  })

  test('refuses when it shall, with a typed error', async () => {
    vi.spyOn(console, 'warn').mockReturnValue(undefined)
    const { guarded, state } = behindSwitch('reject')
    state.fault = new Error('down')
    for (let i = 0; i < 10; i += 1) {
      const error: unknown = await guarded.take(one).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(ConnectionError)
      expect(error).toMatchObject({ isRetryable: true, cause: state.fault })
    }
    expect(state.asked).toBe(3)
  })

  test('gives a place back wherever it was had', async () => {
    vi.spyOn(console, 'warn').mockReturnValue(undefined)
    const { guarded, state, time } = behindSwitch('local')
    const lease = { key: 'k', limit: 1, leaseMs: 60_000 }
    state.fault = new Error('down')
    for (let i = 0; i < 3; i += 1) await guarded.held('x')
    expect(await guarded.acquire({ ...lease, holder: 'a' })).toBe(true)
    expect(await guarded.acquire({ ...lease, holder: 'b' })).toBe(false)
    state.fault = undefined
    time.now = 500
    await guarded.held('x')
    await new Promise(setImmediate)
    await guarded.release('k', 'a')
    state.fault = new Error('down again')
    for (let i = 0; i < 3; i += 1) await guarded.held('x')
    expect(await guarded.acquire({ ...lease, holder: 'b' })).toBe(true)
  })

  test('by a wrong configuration is told', async () => {
    const { guarded, state } = behindSwitch('local')
    state.fault = new ConfigError('store', 'install ioredis')
    await expect(guarded.take(one)).rejects.toThrow(/install ioredis/)
  })
})

describe('redisStore', () => {
  test.each([
    ['an address of another kind', () => redisStore('http://localhost'), /redis:\/\//],
    ['no connection', () => redisStore(42 as never), /got number/],
    ['an empty prefix', () => redisStore('redis://localhost', { prefix: '' }), /prefix/],
    ['a brace', () => redisStore('redis://localhost', { prefix: 'a{b}' }), /brace/],
    ['no time', () => redisStore('redis://localhost', { timeout: 0 }), /timeout/],
    ['another word', () => redisStore('redis://localhost', { whenDown: 'open' as never }), /'local' or 'reject'/],
  ])('refuses %s', (_, make, message) => {
    expect(make).toThrow(ConfigError)
    expect(make).toThrow(message)
  })

  test('shows no password', () => {
    expect(() => redisStore('http://user:hunter2@localhost')).toThrow(/^((?!hunter2).)*$/)
  })

  test('that nothing listens for goes on by itself', async () => {
    vi.spyOn(console, 'warn').mockReturnValue(undefined)
    // Port 1 is refused.
    const store = redisStore('redis://127.0.0.1:1')
    for (const left of [1, 0]) expect(await store.take(one)).toEqual({ ok: true, remaining: [left] })
    expect(await store.take(one)).toMatchObject({ ok: false })
    expect(store.status?.()).toMatchObject({ up: false })
    await store.close()
  })

  test('that nothing listens for fails a call with limits when it shall, and no other', async () => {
    vi.spyOn(console, 'warn').mockReturnValue(undefined)
    const store = redisStore('redis://127.0.0.1:1', { whenDown: 'reject' })
    const choices = [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }]
    const ai = createClient({
      providers: { mine: { baseURL: 'http://127.0.0.1:1/v1', apiKey: 'none' } },
      models: { limited: [{ model: 'mine/a', limits: { rpm: 5, concurrent: 2 } }], free: ['mine/b'] },
      fetch: async () => Response.json({ id: 'x', object: 'chat.completion', created: 1, model: 'a', choices }),
      store,
    })
    const messages = [{ role: 'user' as const, content: 'Hello' }]
    for (let i = 0; i < 5; i += 1) {
      const call = ai.chat.completions.create({ model: 'limited', messages })
      await expect(call).rejects.toThrow(/the store redis/)
      await expect(call).rejects.toBeInstanceOf(ConnectionError)
    }
    expect((await ai.chat.completions.create({ model: 'free', messages })).choices[0]?.message.content).toBe('Hi')
    await store.close()
  })

  describe.skipIf(noRedis !== '')(`that falls silent${noRedis}`, () => {
    test('is left after its timeouts, and used when it answers', async () => {
      vi.spyOn(console, 'warn').mockReturnValue(undefined)
      const server = await RedisServer.start()
      const store = redisStore(server.url, { timeout: 1_000 })
      try {
        await store.put('s', 'kept', 'there', 60_000)
        expect(await store.facts('s')).toHaveLength(1)
        server.freeze()
        for (let i = 0; i < 200; i += 1) await store.facts('s')
        expect(store.status?.()).toMatchObject({ up: false, localOperations: 200 })
        server.thaw()
        await expect.poll(() => store.facts('s')).toMatchObject([{ name: 'kept' }])
        expect(store.status?.()).toMatchObject({ up: true })
      } finally {
        server.thaw()
        await store.close()
        await server.kill()
      }
    })
  })
})
