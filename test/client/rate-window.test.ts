/** What `rpm` and `tpm` mean at the server: no span of 60 seconds sees more, wherever it begins. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { GateEntry } from '../../src/client/admission/gate-entry.js'
import { Gate } from '../../src/client/admission/gate.js'
import { MemoryStore } from '../../src/stores/memory.js'

const MINUTE = 60_000

/** A gate on a clock that a test moves. */
function gateOf(limits: { rpm?: number; tpm?: number }) {
  const time = { now: 0 }
  const clock = { now: () => time.now, date: () => time.now }
  const store = new MemoryStore(clock)
  return { time, gate: new Gate({ key: 'k', name: 'g', limits, waits: false, store, clock, random: () => 0.5 }) }
}

const entryOf = (tokens = 1): GateEntry => ({ tokens, requests: 1, priority: 0, remaining: 1 })

interface Arrival {
  readonly at: number
  readonly units: number
}

/** Units in the busiest 60 seconds. */
function busiest(arrivals: readonly Arrival[]): number {
  const sorted = [...arrivals].sort((a, b) => a.at - b.at)
  let most = 0
  let sum = 0
  let first = 0
  for (const { at, units } of sorted) {
    sum += units
    while (at - (sorted[first] as Arrival).at >= MINUTE) sum -= (sorted[first++] as Arrival).units
    most = Math.max(most, sum)
  }
  return most
}

/** Callers who ask after each pause; what is let in arrives at the server some time later. */
const callers = fc.array(
  fc.record({ pause: fc.integer({ min: 0, max: 4_000 }), onItsWay: fc.integer({ min: 0, max: 500 }) }),
  { minLength: 50, maxLength: 400 },
)

test('the server sees at most `rpm` requests in any 60 seconds, however they come', async () => {
  await fc.assert(
    fc.asyncProperty(callers, fc.integer({ min: 1, max: 60 }), async (asks, rpm) => {
      const { time, gate } = gateOf({ rpm })
      const arrivals: Arrival[] = []
      for (const { pause, onItsWay } of asks) {
        time.now += pause
        const entry = entryOf()
        if (await gate.tryEnter(entry)) continue
        arrivals.push({ at: time.now + onItsWay, units: 1 })
        gate.leave()
        gate.used(entry, 1)
      }
      expect(busiest(arrivals)).toBeLessThanOrEqual(rpm)
    }),
    { numRuns: 100 },
  )
})

test('what is asked without a break is used: all at once, and again as soon as the window has passed', async () => {
  const { time, gate } = gateOf({ rpm: 60 })
  const arrivals: Arrival[] = []
  for (; time.now < 10 * MINUTE; time.now += 50) {
    if (!(await gate.tryEnter(entryOf()))) arrivals.push({ at: time.now, units: 1 })
  }
  expect(arrivals.filter(({ at }) => at < 3_000)).toHaveLength(60)
  expect(busiest(arrivals)).toBe(60)
  // Of the ten minutes less than a fiftieth is lost to the margin.
  expect(arrivals.length).toBeGreaterThan(585)
})

test('the tokens that calls used are at most `tpm` in any 60 seconds, where none uses more than was estimated', async () => {
  const calls = fc.array(
    fc.record({
      pause: fc.integer({ min: 0, max: 4_000 }),
      estimated: fc.integer({ min: 1, max: 400 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      lasts: fc.integer({ min: 0, max: 90_000 }),
    }),
    { minLength: 30, maxLength: 200 },
  )
  await fc.assert(
    fc.asyncProperty(calls, async (asks) => {
      const { time, gate } = gateOf({ tpm: 1_000 })
      const arrivals: Arrival[] = []
      const open: { readonly until: number; readonly end: () => void }[] = []
      for (const { pause, estimated, share, lasts } of asks) {
        time.now += pause
        for (const call of open.splice(0)) {
          if (call.until > time.now) open.push(call)
          else call.end()
        }
        const entry = entryOf(estimated)
        if (await gate.tryEnter(entry)) continue
        const used = Math.ceil(estimated * share)
        arrivals.push({ at: time.now, units: used })
        open.push({ until: time.now + lasts, end: () => gate.used(entry, used) })
      }
      expect(busiest(arrivals)).toBeLessThanOrEqual(1_000)
    }),
    { numRuns: 100 },
  )
})
