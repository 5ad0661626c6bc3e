/** A shared store that loses its data: a server that was flushed, or that came back without them. */
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Store } from '../../src/kernel/store.js'
import { redisStore } from '../../src/redis.js'
import type { WhenDown } from '../../src/stores/store-down.js'
import { noRedis, RedisServer } from './redis-server.js'

const day = { key: 'spend', limit: 1_000, windowMs: 86_400_000, calendar: 'day' as const, slots: 1 }
const hour = { key: 'hour', limit: 1_000, windowMs: 3_600_000, slots: 60 }
const rate = { key: 'rpm', limit: 10, windowMs: 60_000, units: 1 }

describe.skipIf(noRedis !== '')(`a server without its data${noRedis}`, () => {
  let server: RedisServer
  const stores: Store[] = []
  const warned = (): string[] => vi.mocked(console.warn).mock.calls.flat().map(String)

  beforeEach(async () => {
    vi.spyOn(console, 'warn').mockReturnValue(undefined)
    server = await RedisServer.start()
  })
  afterEach(async () => {
    await Promise.all(stores.splice(0).map(async (store) => store.close()))
    await server.stop()
    vi.restoreAllMocks()
  })

  /** As another process has it. */
  function open(whenDown: WhenDown = 'local'): Store {
    const store = redisStore(server.url, { whenDown, timeout: 5_000 })
    stores.push(store)
    return store
  }

  const flush = async (command: 'FLUSHALL' | 'FLUSHDB'): Promise<void> => {
    const redis = new Redis(server.url)
    await redis.call(command)
    redis.disconnect()
  }

  const usedOf = async (store: Store, ...keys: string[]): Promise<number[]> =>
    (await store.usage(keys)).map(({ used }) => used)

  test.each(['local', 'reject'] as const)('is told anew what each process has used, once (%s)', async (whenDown) => {
    const [one, other, fresh] = [open(whenDown), open(whenDown), open(whenDown)]
    await one.settle('a', [
      { ...day, amount: 30 },
      { ...hour, amount: 7 },
    ])
    await other.settle('b', [{ ...day, amount: 50 }])
    await fresh.settle('c', [{ ...day, amount: 0 }])
    await flush('FLUSHALL')
    // The first that asks is not the one that has used anything.
    expect(await usedOf(fresh, 'spend')).toEqual([0])
    // An operation that notices it is done once.
    expect(await one.settle('a', [{ ...day, amount: 5 }])).toEqual([1_000 - 35])
    expect(await other.reserve('b', [{ ...day, amount: 1_000 - 85 }], 5_000)).toEqual({ ok: true, left: [0] })
    expect(await usedOf(one, 'spend', 'hour')).toEqual([85, 7])
    expect(await usedOf(other, 'spend', 'hour')).toEqual([85, 7])
    expect(one.status?.()).toMatchObject({ up: true, emptiedAt: expect.any(Number) as number })
  })

  test('a rate goes on from what each process has taken', async () => {
    const [one, other] = [open(), open()]
    for (let i = 0; i < 4; i += 1) await one.take([rate])
    for (let i = 0; i < 3; i += 1) await other.take([rate])
    await flush('FLUSHDB')
    expect(await one.take([rate])).toEqual({ ok: true, remaining: [5] })
    expect(await other.take([rate])).toEqual({ ok: true, remaining: [1] })
    expect(await one.take([rate])).toEqual({ ok: true, remaining: [0] })
    expect(await other.take([rate])).toMatchObject({ ok: false })
  })

  test('many operations at once count once each', async () => {
    const one = open()
    await one.settle('a', [{ ...day, amount: 1 }])
    for (let round = 1; round <= 3; round += 1) {
      await flush('FLUSHALL')
      await Promise.all(
        Array.from({ length: 50 }, async (_, i) => one.settle(`a ${round} ${i}`, [{ ...day, amount: 2 }])),
      )
      expect(await usedOf(one, 'spend')).toEqual([1 + 100 * round])
    }
  })

  test.each(['local', 'reject'] as const)(
    'comes back empty after an outage: nothing counts twice (%s)',
    async (whenDown) => {
      const one = open(whenDown)
      await one.settle('a', [{ ...day, amount: 30 }])
      await server.kill()
      // Said elsewhere, or refused.
      await Promise.resolve(one.settle('b', [{ ...day, amount: 4 }])).catch(() => undefined)
      await server.start()
      await expect.poll(() => usedOf(one, 'spend').catch(() => []), { timeout: 10_000 }).toEqual([34])
      await one.settle('c', [{ ...day, amount: 6 }])
      await expect.poll(() => usedOf(open(whenDown), 'spend'), { timeout: 10_000 }).toEqual([40])
    },
  )

  test('a process that is new finds nothing lost, and a store that keeps its data neither', async () => {
    await open().settle('a', [{ ...day, amount: 3 }])
    const later = open()
    expect(await usedOf(later, 'spend')).toEqual([3])
    expect(later.status?.()).not.toHaveProperty('emptiedAt')
    expect(warned().filter((line) => /has lost what it knew/.test(line))).toEqual([])
  })
})

test('the warning says what is lost, once', async () => {
  // In a process of its own the line would be new; here another test may have said it.
  const { Refill } = await import('../../src/stores/refill.js')
  const { MemoryStore } = await import('../../src/stores/memory.js')
  const { Unsettled } = await import('../../src/stores/unsettled.js')
  const { systemClock: clock } = await import('../../src/kernel/clock.js')
  const said = vi.spyOn(console, 'warn').mockReturnValue(undefined)
  const store = Object.assign(new MemoryStore(clock), { name: 'emptied-once' })
  const refill = new Refill({
    store,
    counts: () => ({ uses: [], takes: [] }),
    unsettled: new Unsettled(store),
    clock,
  })
  for (let i = 0; i < 2; i += 1) {
    refill.begin()
    await refill.running
  }
  expect(
    said.mock.calls.flat().filter((line) => /the store emptied-once has lost what it knew/.test(String(line))),
  ).toHaveLength(1)
  said.mockRestore()
})
