/** Four processes on one Redis: what they use up, they use up together. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AllowanceRequest, ReserveResult, Store } from '../../src/kernel/store.js'
import { redisStore } from '../../src/redis.js'
import { noRedis, RedisServer } from './redis-server.js'
import { Worker } from './workers.js'

const use = (amount: number, limit: number): AllowanceRequest[] => [
  { key: 'k', limit, windowMs: 600_000, slots: 60, amount },
]
const range = (length: number): number[] => Array.from({ length }, (_, i) => i)

describe.skipIf(noRedis !== '')(`allowances of four processes on one Redis${noRedis}`, () => {
  let redis: RedisServer
  let workers: Worker[]
  let store: Store

  beforeEach(async () => {
    redis = await RedisServer.start()
    store = redisStore(redis.url, { whenDown: 'reject', timeout: 5_000 })
    // Nobody is called.
    const settings = { redis: redis.url, baseURL: 'http://127.0.0.1:1/v1' }
    workers = await Promise.all(range(4).map(() => Worker.start(settings)))
  })
  afterEach(async () => {
    for (const worker of workers) worker.process.kill('SIGKILL')
    await store.close()
    await redis.stop()
  })

  test('200 reservations at once on room for fifty: fifty are had', async () => {
    const ends = await Promise.all(
      workers.map((worker, w) => worker.asks(range(50).map((i) => [['reserve', `${w} ${i}`, use(3, 150), 60_000]]))),
    )
    const results = ends.flat(2) as readonly ReserveResult[]
    expect(results.filter(({ ok }) => ok)).toHaveLength(50)
    expect(await store.usage(['k'])).toMatchObject([{ used: 0, reserved: 150 }])
  })

  test('nothing that is settled is lost, and nothing counts twice', async () => {
    const limit = 1_000_000
    const amount = (w: number, i: number, n: number): number => (w * 31 + i * 17 + n * 7) % 50
    const ends = await Promise.all(
      workers.map((worker, w) =>
        worker.asks(
          range(20).map((i) =>
            range(20).flatMap((n) => [
              ['reserve', `${w} ${i}`, use(50, limit), 60_000],
              ['settle', `${w} ${i}`, use(amount(w, i, n), limit)],
            ]),
          ),
        ),
      ),
    )
    let used = 0
    for (const w of range(4)) for (const i of range(20)) for (const n of range(20)) used += amount(w, i, n)
    expect(ends.flat(2)).toHaveLength(4 * 20 * 20 * 2)
    expect(await store.usage(['k'])).toMatchObject([{ used, reserved: 0 }])
  })

  test('a process that is killed in the middle leaves what it used, and for the time of its leases what it reserved', async () => {
    const [dies, lives] = workers as [Worker, Worker]
    const lease = 3_000
    await dies.asks([[['settle', 'd', use(10, 100)]]])
    await dies.asks(range(6).map((i) => [['reserve', `d ${i}`, use(10, 100), lease]]))
    await lives.asks([[['reserve', 'l', use(20, 100), lease]]])
    dies.process.kill('SIGKILL')
    const [[refused]] = (await lives.asks([[['reserve', 'm', use(20, 100), lease]]])) as [[ReserveResult]]
    expect(refused).toMatchObject({ ok: false, left: 10 })
    for (let waited = 0; waited < lease + 500; waited += 500) {
      await lives.asks([[['renew', 'l', ['k'], lease]]])
      await sleep(500)
    }
    expect(await store.usage(['k'])).toMatchObject([{ used: 10, reserved: 20 }])
    expect(await lives.asks([[['reserve', 'm', use(70, 100), lease]]])).toEqual([[{ ok: true, left: [0] }]])
  })

  test('processes that are killed while they reserve and settle leave no sum that is wrong', async () => {
    const busy = workers.map((worker, w) =>
      worker
        .asks(range(40).map((i) => range(50).flatMap((n) => [['reserve', `${w} ${i} ${n}`, use(2, 4000), 2_500]])))
        .catch(() => []),
    )
    await expect.poll(async () => (await store.usage(['k']))[0]?.reserved, { interval: 1 }).toBeGreaterThan(0)
    for (const { process } of workers.slice(1)) process.kill('SIGKILL')
    await busy[0]
    const [during] = await store.usage(['k'])
    expect(during?.reserved).toBeLessThanOrEqual(4000)
    expect(during?.reserved).toBeGreaterThan(0)
    await expect.poll(() => store.usage(['k'])).toEqual([{ used: 0, reserved: 0, resetsInMs: 0 }])
    expect(await store.reserve('x', use(4000, 4000), 2_500)).toEqual({ ok: true, left: [0] })
  })
})
