/** Four processes that share budgets and limits of scopes through one Redis; one is killed in the middle. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { noRedis, RedisServer } from '../stores/redis-server.js'
import { Provider, Worker } from '../stores/workers.js'

/** A USD for a token of output, 10 of which each call asks room for. */
const PRICES = { overrides: { 'mine/m': { input: 0, output: 1_000_000 } } }

describe.skipIf(noRedis !== '')(`budgets of four processes on one Redis${noRedis}`, () => {
  let redis: RedisServer
  let provider: Provider
  let workers: Worker[]

  const start = async (settings: object): Promise<Worker[]> => {
    const all = { redis: redis.url, baseURL: provider.baseURL, prices: PRICES, ...settings }
    workers = await Promise.all(Array.from({ length: 4 }, () => Worker.start(all)))
    return workers
  }
  const count = (ends: readonly (readonly string[])[], end: string): number =>
    ends.flat().filter((other) => other === end).length

  beforeEach(async () => {
    workers = []
    provider = new Provider()
    provider.tokens = 10
    ;[redis] = await Promise.all([RedisServer.start(), provider.start()])
  })
  afterEach(async () => {
    for (const worker of workers) worker.process.kill('SIGKILL')
    provider.stop()
    await redis.stop()
  })

  test('200 callers at once on a budget for fifty calls: fifty are sent', async () => {
    await start({ budgets: [{ usd: 500, per: 'month' }], maxTokens: 10 })
    const ends = await Promise.all(workers.map((worker) => worker.calls(50)))
    expect(count(ends, 'ok')).toBe(50)
    expect(count(ends, 'LimitError budget')).toBe(150)
    expect(provider.arrivals).toBe(50)
    // Later ones and those of a new process too.
    expect(await workers[0]?.calls(2)).toEqual(['LimitError budget', 'LimitError budget'])
    await start({ budgets: [{ usd: 500, per: 'month' }], maxTokens: 10 })
    expect(await workers[0]?.calls(1)).toEqual(['LimitError budget'])
  })

  test('what a killed process had reserved is free again when its lease has run out, what it had spent is not', async () => {
    const [dies, lives] = await start({ budgets: [{ usd: 50, per: 'month' }], maxTokens: 10, lease: 3_000 })
    expect(await dies?.calls(2)).toEqual(['ok', 'ok'])
    const { answer } = provider
    provider.answer = () => undefined
    void dies?.calls(3).catch(() => undefined)
    await expect.poll(() => provider.inside).toBe(3)
    // It is renewed for as long as the process lives.
    await sleep(4_500)
    expect(await lives?.calls(1)).toEqual(['LimitError budget'])
    dies?.process.kill('SIGKILL')
    provider.answer = answer
    await expect.poll(() => lives?.calls(1)).toEqual(['ok'])
    expect((await lives?.calls(5))?.toSorted()).toEqual([...Array<string>(3).fill('LimitError budget'), 'ok', 'ok'])
  })

  test('keep the limits of a scope together', async () => {
    await start({ scoped: [{ scope: { alias: 'shared' }, rpm: 12, onLimit: 'reject' }] })
    const began = performance.now()
    const ends = await Promise.all(workers.map((worker) => worker.calls(20)))
    const refilled = Math.ceil(((performance.now() - began) * 12) / 60_000)
    expect(count(ends, 'ok')).toBeGreaterThanOrEqual(12)
    expect(count(ends, 'ok')).toBeLessThanOrEqual(12 + refilled)
    expect(count(ends, 'ok') + count(ends, 'LimitError requests')).toBe(80)
  })
})
