/** Four processes on one Redis: what they are allowed, they are allowed together. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.js'
import { noRedis, RedisServer } from './redis-server.js'
import { ok, Provider, Worker } from './workers.js'

describe.skipIf(noRedis !== '')(`four processes on one Redis${noRedis}`, () => {
  let redis: RedisServer
  let provider: Provider
  let workers: Worker[]

  const start = async (settings: object = {}): Promise<Worker[]> => {
    const all = { redis: redis.url, baseURL: provider.baseURL, ...settings }
    workers = await Promise.all(Array.from({ length: 4 }, () => Worker.start(all)))
    return workers
  }

  beforeEach(async () => {
    workers = []
    provider = new Provider()
    ;[redis] = await Promise.all([RedisServer.start(), provider.start()])
  })
  afterEach(async () => {
    for (const worker of workers) worker.process.kill('SIGKILL')
    provider.stop()
    await redis.stop()
  })

  test('keep one limit of requests a minute', async () => {
    await start({ limits: { rpm: 12 } })
    const ends = (await Promise.all(workers.map((worker) => worker.calls(20)))).flat()
    expect(provider.arrivals).toBe(12)
    expect(ends.filter((end) => end === 'ok')).toHaveLength(provider.arrivals)
    expect(new Set(ends)).toEqual(new Set(['ok', 'LimitError requests']))
  })

  test('keep one limit of calls at once, and each comes to its turn', async () => {
    await start({ limits: { concurrent: 3 } })
    provider.answer = async (response) => {
      await eventually(() => provider.most === 3, 'every place is taken')
      ok(response)
    }
    const ends = await Promise.all(workers.map((worker) => worker.calls(15)))
    expect(ends.flat().filter((end) => end !== 'ok')).toEqual([])
    expect(provider.arrivals).toBe(60)
    expect(provider.most).toBe(3)
  })

  test('get back the places of one that was killed', async () => {
    const [dies, lives] = await start({ limits: { concurrent: 2 }, lease: 3_000 })
    provider.answer = () => undefined
    void dies?.calls(2).catch(() => undefined)
    await expect.poll(() => provider.inside).toBe(2)
    // Its places are renewed for as long as it lives.
    // Notice by the queue, or by the limit of the call while it asks Redis: it is not let in.
    expect((await lives?.calls(1, 4_500))?.join()).toMatch(/^(LimitError queue|TimeoutError total)$/)
    expect(provider.arrivals).toBe(2)
    dies?.process.kill('SIGKILL')
    await expect.poll(() => provider.inside).toBe(0)
    provider.answer = ok
    expect(await lives?.calls(2)).toEqual(['ok', 'ok'])
  })

  test('share a cooldown', async () => {
    const [finds, ...learn] = await start({ cooldown: { whenAllInCooldown: 'reject' } })
    for (const worker of learn) expect(await worker.calls(1)).toEqual(['ok'])
    provider.answer = (response) => {
      provider.answer = ok
      response.writeHead(429, { 'retry-after': '60', 'content-type': 'application/json' })
      response.end('{"error":{"message":"slow down"}}')
    }
    expect(await finds?.calls(1)).toEqual(['ProviderError 429'])
    expect(await finds?.calls(1)).toEqual(['LimitError cooldown'])
    for (const worker of learn) {
      await expect.poll(() => worker.calls(1)).toEqual(['LimitError cooldown'])
    }
    const { arrivals } = provider
    const ends = await Promise.all(workers.map((worker) => worker.calls(5)))
    expect(new Set(ends.flat())).toEqual(new Set(['LimitError cooldown']))
    expect(provider.arrivals).toBe(arrivals)
  })

  test('go on while it is down, and count together again when it is back', async () => {
    await start({ limits: { concurrent: 2 } })
    provider.answer = async (response) => {
      await sleep(10)
      ok(response)
    }
    const before = workers.map((worker) => worker.calls(10))
    await expect.poll(() => provider.arrivals).toBeGreaterThan(4)
    await redis.kill()
    expect((await Promise.all(before)).flat().filter((end) => end !== 'ok')).toEqual([])
    // Each by itself.
    const alone = await Promise.all(workers.map((worker) => worker.calls(5)))
    expect(alone.flat().filter((end) => end !== 'ok')).toEqual([])
    await redis.start()
    const together = async (): Promise<number> => {
      provider.most = 0
      const ends = await Promise.all(workers.map((worker) => worker.calls(4)))
      expect(ends.flat().filter((end) => end !== 'ok')).toEqual([])
      return provider.most
    }
    await expect.poll(together, { interval: 300 }).toBe(2)
  })
})
