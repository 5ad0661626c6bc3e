/** 100 000 users with limits and budgets of their own: what is kept stays small, and no call pays for the others. */
import { expect, test } from 'vitest'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Budgets } from '../../src/client/admission/budgets.js'
import { Gates } from '../../src/client/admission/gates.js'
import { MemoryStore } from '../../src/stores/memory.js'
import { systemClock } from '../../src/kernel/clock.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const heap = (): number => {
  collect()
  return process.memoryUsage().heapUsed
}
const entry = { tokens: 10, requests: 1, priority: 0, remaining: 1000 }
const signal = new AbortController().signal

class TestClock {
  ms = 0
  now = (): number => this.ms
  date = (): number => Date.parse('2026-11-23T10:00:00Z') + this.ms
}

/** Of the processor: what others do on the machine is not in it. */
function millisecondsSince(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begun)
  return (user + system) / 1000
}

test('gates and counts of users that come and go', async () => {
  const clock = new TestClock()
  const store = new MemoryStore(clock)
  const gates = new Gates({
    store,
    clock,
    random: () => 0.5,
    limits: [{ scope: { user: '*' }, rpm: 60, tpm: 6000, concurrent: 5 }],
  })
  const budgets = new Budgets({
    budgets: [{ scope: { user: '*' }, tokens: 1000, per: 'minute' }],
    store,
    clock,
    tell: () => {},
  })
  const use = async (at: number): Promise<void> => {
    const facts = { user: `user ${at}`, tags: [] }
    const [gate] = gates.forCall(facts)
    expect(await gate?.enter(entry, signal)).toBeUndefined()
    const reservation = await budgets.reserve(facts, {
      tokens: 10,
      usd: undefined,
      priced: false,
      input: 10,
      output: 0,
      assumed: false,
    })
    if (reservation && 'settle' in reservation) reservation.settle({ tokens: 900, usd: undefined })
    gate?.used(entry, 12)
    gate?.leave()
  }
  // Five hundred a second.
  const times: number[] = []
  const heaps: number[] = []
  for (let round = 0; round < 20; round += 1) {
    const begun = process.cpuUsage()
    for (let at = 0; at < 5_000; at += 1) {
      clock.ms += 2
      await use(round * 5_000 + at)
    }
    times.push(millisecondsSince(begun))
    // As many go as come, but not each at once: the most that is kept does not grow.
    if (round >= 8) heaps.push(heap())
  }
  const most = (from: number): number => Math.max(...heaps.slice(from, from + 6))
  expect(most(6) - most(0)).toBeLessThan(12 * 1024 * 1024)
  const [early, late] = [Math.min(...times.slice(1, 8)), Math.min(...times.slice(-7))]
  expect(late / early).toBeLessThan(4)
  await gates.close()
})

test('20 000 gates that are all in use: the next one costs no more than the first', async () => {
  const gates = new Gates({
    random: () => 0.5,
    store: new MemoryStore(systemClock),
    clock: systemClock,
    limits: [{ scope: { user: '*' }, concurrent: 1 }],
  })
  const enter = async (from: number): Promise<number> => {
    const begun = process.cpuUsage()
    for (let at = from; at < from + 4000; at += 1) {
      const [gate] = gates.forCall({ user: `user ${at}`, tags: [] })
      await gate?.tryEnter(entry)
    }
    return millisecondsSince(begun)
  }
  const first = await enter(0)
  const rest = [await enter(4000), await enter(8000), await enter(12_000), await enter(16_000)]
  expect(Math.max(...rest)).toBeLessThan(Math.max(100, first * 8))
  // All of them are kept.
  const [known] = gates.forCall({ user: 'user 0', tags: [] })
  expect(await known?.tryEnter(entry)).toMatchObject({ limit: 'concurrent' })
})
