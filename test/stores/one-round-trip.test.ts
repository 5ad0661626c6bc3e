/** A call is let in by one question to Redis, whatever limits and budgets hold for it. */
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient, type ClientOptions } from '../../src/index.js'
import { redisStore } from '../../src/redis.js'
import { noRedis, RedisServer } from './redis-server.js'

const messages = [{ role: 'user' as const, content: 'Hello' }]
const choices = [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }]
const usage = { prompt_tokens: 2, completion_tokens: 2, total_tokens: 4 }

describe.skipIf(noRedis !== '')(`a whole admission in one round trip${noRedis}`, () => {
  let server: RedisServer
  let redis: Redis
  beforeEach(async () => {
    server = await RedisServer.start()
    redis = new Redis(server.url)
  })
  afterEach(async () => {
    redis.disconnect()
    await server.stop()
  })

  /** Scripts that the server had run when each request was sent. */
  const clientOf = (options: ClientOptions) => {
    let sent = 0
    const store = redisStore(server.url, { timeout: 5_000, whenDown: 'reject' })
    const ai = createClient({
      providers: { mine: { baseURL: 'http://127.0.0.1:1/v1', apiKey: 'none' } },
      fetch: async () => {
        sent += 1
        return Response.json({ id: 'x', object: 'chat.completion', created: 1, model: 'a', choices, usage })
      },
      retries: 0,
      store,
      ...options,
    })
    return { ai, store, sent: () => sent }
  }
  const scripts = async (): Promise<number> => {
    const stats = await redis.info('commandstats')
    return ['eval', 'evalsha'].reduce((sum, name) => {
      const calls = new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1]
      return sum + Number(calls ?? 0)
    }, 0)
  }
  const all: ClientOptions = {
    models: { m: [{ model: 'mine/a', limits: { rpm: 100, tpm: 1e6, concurrent: 5 } }] },
    limits: [
      { scope: { user: '*' }, rpm: 3, tpm: 1e6, concurrent: 4, onLimit: 'reject' },
      { scope: { provider: '*' }, rpm: 100, concurrent: 4 },
      { scope: { tag: '*' }, rpm: 100 },
    ],
    budgets: [
      { tokens: 1e6, per: 'month' },
      { scope: { user: '*' }, tokens: 1e6, per: 'day' },
      { scope: { model: '*' }, tokens: 1e6, per: 'hour', window: 'rolling' },
    ],
  }

  test('of the call and of its attempt, with rates, places and reservations', async () => {
    let atFetch = 0
    let before = 0
    let names: (string | undefined)[] = []
    const { ai, store } = clientOf({
      ...all,
      fetch: async () => {
        atFetch = await scripts()
        names = (await redis.keys('*')).map((key) => key.split(':')[1])
        return Response.json({ id: 'x', object: 'chat.completion', created: 1, model: 'a', choices, usage })
      },
    })
    try {
      // Looks at what other processes found, too: once in a while.
      await store.facts('x')
      before = await scripts()
      const ask = () =>
        ai.chat.completions.create({ model: 'm', messages }, { metadata: { user: 'u', tags: ['x', 'y'] } })
      await ask()
      // One more where cooldowns of others are looked up.
      expect(atFetch - before).toBeLessThanOrEqual(2)
      expect(new Set(names)).toEqual(new Set(['epoch', 'rate', 'lease', 'reserved']))
    } finally {
      await ai.close()
      await store.close()
    }
  })

  test('what the second rule refuses leaves nothing taken of the first', async () => {
    const { ai, store, sent } = clientOf({
      ...all,
      budgets: [
        { tokens: 1e6, per: 'month' },
        { scope: { user: '*' }, tokens: 1, per: 'day' },
      ],
    })
    try {
      for (let i = 0; i < 5; i += 1) {
        const call = ai.chat.completions.create({ model: 'm', messages }, { metadata: { user: 'u' } })
        await expect(call).rejects.toMatchObject({ name: 'LimitError', limit: 'budget' })
      }
      expect(sent()).toBe(0)
      // Three a minute: five that were refused took none of them.
      expect((await redis.keys('*')).filter((key) => !/facts|epoch/.test(key))).toEqual([])
    } finally {
      await ai.close()
      await store.close()
    }
  })

  test('a limit of the call is kept, and told without a target', async () => {
    const { ai, store, sent } = clientOf(all)
    try {
      const ask = () => ai.chat.completions.create({ model: 'm', messages }, { metadata: { user: 'u' } })
      const ends = await Promise.all(
        Array.from({ length: 6 }, () =>
          ask().then(
            () => 'ok',
            (error: Error) => error,
          ),
        ),
      )
      expect(sent()).toBe(3)
      for (const end of ends.filter((one) => one !== 'ok')) {
        expect(end).toMatchObject({ name: 'LimitError', provider: undefined })
      }
      await ai.close()
      expect((await redis.keys('*lease*')).length).toBe(0)
      expect(await redis.keys('*reserved*')).toEqual([])
    } finally {
      await ai.close()
      await store.close()
    }
  })
})
