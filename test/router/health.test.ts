/** What is known of a target: averages, percentiles, the probe, room in its limits, slowness. On a clock that is held. */
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { cooldownPolicy, type CooldownPolicy } from '../../src/policies/cooldown.js'
import { Health, type TargetOutcome } from '../../src/router/health.js'

let now: number
beforeEach(() => {
  now = 1_000
})
const clock = { now: () => now, date: () => 1_700_000_000_000 + now }
const healthWith = (cooldown: Partial<CooldownPolicy> = {}): Health =>
  new Health({ cooldown: cooldownPolicy(cooldown), retryShare: 0.2 }, clock)

function serve(health: Health, outcome: Partial<TargetOutcome> = {}): number | undefined {
  return health.begin()({ durationMs: 100, ...outcome })
}
function serveMany(health: Health, times: number, durationMs: number, outcome: Partial<TargetOutcome> = {}): void {
  for (let i = 0; i < times; i += 1) {
    now += 1_000
    serve(health, { durationMs, ...outcome })
  }
}

describe('averages', () => {
  test('nothing is known at first', () => {
    const health = healthWith()
    expect([health.latency, health.msPerToken, health.msToFirstChunk, health.p95(false)]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    expect(health).toMatchObject({ errorRate: 0, headroom: 1, price: undefined, inFlight: 0, state: 'closed' })
  })

  test('the latency rises at once and falls with time', () => {
    const health = healthWith()
    serve(health, { durationMs: 100 })
    serve(health, { durationMs: 4_000 })
    expect(health.latency).toBe(4_000)
    now += 1_000
    serve(health, { durationMs: 100 })
    expect(health.latency).toBeGreaterThan(3_000)
    serveMany(health, 60, 100)
    expect(health.latency).toBeLessThan(110)
  })

  test('time weighs, not the number of answers', () => {
    const [few, many] = [healthWith(), healthWith()]
    for (const health of [few, many]) health.answered(1_000, 10)
    for (let i = 0; i < 40; i += 1) {
      now += 250
      many.answered(100, 10)
      if (i % 10 === 9) few.answered(100, 10)
    }
    // After one time constant a third of what was is left, but for the least weight of each sample.
    expect(few.msPerToken).toBeLessThan(50)
    expect(few.msPerToken).toBeGreaterThan(30)
    expect(many.msPerToken).toBeLessThan(few.msPerToken as number)
  })

  test('time per token is of answers that have tokens', () => {
    const health = healthWith()
    health.answered(1_000, 0)
    expect(health.msPerToken).toBeUndefined()
    health.answered(1_000, 50)
    expect(health.msPerToken).toBe(20)
  })

  test('the error rate decays with time, and is between 0 and 1', () => {
    const health = healthWith(cooldownPolicy(false))
    serve(health, { errorClass: 'server' })
    expect(health.errorRate).toBe(1)
    now += 10_000
    expect(health.errorRate).toBeCloseTo(Math.exp(-1), 5)
    now += 60_000
    expect(health.errorRate).toBeLessThan(0.01)
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20_000), fc.boolean())), (ends) => {
        for (const [wait, fails] of ends) {
          now += wait
          serve(health, fails ? { errorClass: 'server' } : {})
          expect(health.errorRate).toBeGreaterThanOrEqual(0)
          expect(health.errorRate).toBeLessThanOrEqual(1)
        }
      }),
      { seed: 11 },
    )
  })

  test('an attempt that the caller aborted is neither a request nor a failure', () => {
    const health = healthWith()
    serve(health, { errorClass: 'abort' })
    expect(health).toMatchObject({ requests: 0, failures: 0, errorRate: 0, inFlight: 0, latency: undefined })
  })

  test('an end counts once', () => {
    const health = healthWith()
    const end = health.begin()
    end({ durationMs: 10 })
    expect(end({ durationMs: 10, errorClass: 'server' })).toBeUndefined()
    expect(health).toMatchObject({ requests: 1, failures: 0, inFlight: 0 })
  })
})

describe('p95', () => {
  test('is of the last 64, once there are ten; separate for whole answers and streams', () => {
    const health = healthWith()
    for (let i = 1; i <= 9; i += 1) serve(health, { durationMs: i })
    expect(health.p95(false)).toBeUndefined()
    serve(health, { durationMs: 10 })
    expect(health.p95(false)).toBe(10)
    expect(health.p95(true)).toBeUndefined()
    for (let i = 1; i <= 100; i += 1) serve(health, { durationMs: 9_999, firstChunkMs: i })
    // Of 37 to 100.
    expect(health.p95(true)).toBe(97)
    expect(health.p95(false)).toBe(10)
    expect(health.msToFirstChunk).toBeLessThanOrEqual(100)
  })
})

describe('an attempt that was cancelled', () => {
  test.each([
    ['outrun by another', { errorClass: 'abort', outrun: true }],
    ['out of time', { errorClass: 'timeout' }],
  ] as const)('%s: counts as at least so long', (_, outcome) => {
    const health = healthWith(cooldownPolicy(false))
    serveMany(health, 19, 100)
    serve(health, { durationMs: 3_000, ...outcome })
    expect(health.latency).toBe(3_000)
    serve(health, { durationMs: 3_000, ...outcome })
    expect(health.p95(false)).toBe(3_000)
    expect(health.p95(true)).toBeUndefined()
  })

  test('streams count by their first content', () => {
    const health = healthWith()
    serveMany(health, 19, 5_000, { firstChunkMs: 100 })
    for (let i = 0; i < 2; i += 1) serve(health, { errorClass: 'abort', outrun: true, durationMs: 900, stream: true })
    expect([health.p95(true), health.p95(false), health.msToFirstChunk]).toEqual([900, undefined, 900])
  })

  test('does not count if it was shorter than usual', () => {
    const health = healthWith()
    serveMany(health, 19, 100)
    const { latency } = health
    for (let i = 0; i < 30; i += 1) serve(health, { errorClass: 'abort', outrun: true, durationMs: 5 })
    expect([health.latency, health.p95(false)]).toEqual([latency, 100])
    expect(health).toMatchObject({ requests: 19, failures: 0, errorRate: 0 })
  })

  test('does not count if the caller aborted it, however long it took', () => {
    const health = healthWith()
    serve(health, { errorClass: 'abort', durationMs: 60_000 })
    expect(health.latency).toBeUndefined()
  })
})

describe('the probe', () => {
  function cooledDown(): Health {
    const health = healthWith({ consecutive: 1, duration: 1_000 })
    expect(serve(health, { errorClass: 'server' })).toBe(1_000)
    expect(health).toMatchObject({ state: 'open', allows: false, cooldownLeft: 1_000 })
    now += 1_000
    expect(health).toMatchObject({ state: 'half-open', allows: true, cooldownLeft: 0 })
    return health
  }

  test('is one call; a stream ends the cooldown at its first content', () => {
    const health = cooledDown()
    const probe = health.begin()
    expect(health.allows).toBe(false)
    let told = 0
    health.watch(() => (told += 1))
    expect(probe.answers(80)).toBe(true)
    expect(health).toMatchObject({ state: 'closed', allows: true, inFlight: 1 })
    expect(told).toBe(1)
    // Only once.
    expect(probe.answers(80)).toBe(false)
    expect(probe({ durationMs: 60_000, firstChunkMs: 80 })).toBeUndefined()
    expect(health).toMatchObject({ state: 'closed', requests: 2, failures: 1 })
  })

  test('that fails after its first content still counts as a failure', () => {
    const health = cooledDown()
    const probe = health.begin()
    probe.answers(80)
    expect(probe({ durationMs: 500, firstChunkMs: 80, errorClass: 'server' })).toBe(1_000)
    expect(health).toMatchObject({ state: 'open', failures: 2 })
  })

  test('that fails before it starts a longer cooldown', () => {
    const health = cooledDown()
    expect(health.begin()({ durationMs: 5, errorClass: 'server' })).toBe(2_000)
    expect(health.state).toBe('open')
  })

  test('the content of an attempt that is no probe changes nothing', () => {
    const health = healthWith({ consecutive: 1, duration: 1_000 })
    const early = health.begin()
    serve(health, { errorClass: 'server' })
    expect(early.answers(10)).toBe(false)
    expect(health.state).toBe('open')
  })
})

describe('headroom', () => {
  const seconds = (text: string): ReadonlyMap<string, string> =>
    new Map(text.split(', ').map((header) => header.split(': ') as [string, string]))

  test('comes from the limits, and may be set later', () => {
    const health = new Health({ cooldown: cooldownPolicy(undefined), retryShare: 0.2 }, clock, { headroom: () => 0.4 })
    expect(health.headroom).toBe(0.4)
    let free = 0.9
    health.headroomFrom = () => free
    expect(health.headroom).toBe(0.9)
    free = 0.1
    expect(health.headroom).toBe(0.1)
  })

  test('comes from the tightest quota that the provider reports too, until that resets', () => {
    const health = healthWith()
    health.limitsTold(
      seconds(
        'x-ratelimit-limit-requests: 100, x-ratelimit-remaining-requests: 25, x-ratelimit-reset-requests: 2s, ' +
          'x-ratelimit-limit-tokens: 1000, x-ratelimit-remaining-tokens: 900, x-ratelimit-reset-tokens: 30s',
      ),
      clock.date(),
    )
    expect(health.headroom).toBe(0.25)
    health.headroomFrom = () => 0.1
    expect(health.headroom).toBe(0.1)
    health.headroomFrom = undefined
    now += 2_000
    expect(health.headroom).toBe(0.9)
    now += 28_000
    expect(health.headroom).toBe(1)
  })

  test('is that of the newest answer with usable headers', () => {
    const health = healthWith()
    const told = (text: string): number => {
      health.limitsTold(seconds(text), clock.date())
      return health.headroom
    }
    expect(told('ratelimit-limit: 10, ratelimit-remaining: 5')).toBe(0.5)
    expect(told('x-other: 1')).toBe(0.5)
    expect(told('ratelimit-limit: 10, ratelimit-remaining: 9')).toBe(0.9)
    expect(told('ratelimit-limit: 10, ratelimit-remaining: 90')).toBe(1)
    expect(told('ratelimit-remaining: 7')).toBe(1)
    expect(told('ratelimit-remaining: 0')).toBe(0)
    now += 60_000
    expect(health.headroom).toBe(1)
  })

  test('headers are parsed only when the headroom is read', () => {
    const health = healthWith()
    let read = 0
    const headers = { forEach: () => void (read += 1) }
    for (let i = 0; i < 100; i += 1) health.limitsTold(headers, clock.date())
    expect(read).toBe(0)
    expect(health.headroom).toBe(1)
    const once = read
    expect(once).toBeGreaterThan(0)
    expect(health.headroom).toBe(1)
    expect(read).toBe(once)
  })
})

describe('slow answers', () => {
  test('are none by default, however slow', () => {
    const health = healthWith()
    serveMany(health, 30, 600_000)
    expect(health.state).toBe('closed')
  })

  test('over the milliseconds of `slowerThan` start a cooldown as failures do, but count as successes', () => {
    const health = healthWith({ slowerThan: 2_000, consecutive: 3 })
    serveMany(health, 10, 2_000)
    expect(health.state).toBe('closed')
    expect([serve(health, { durationMs: 2_001 }), serve(health, { durationMs: 9_000 })]).toEqual([undefined, undefined])
    expect(serve(health, { durationMs: 2_001 })).toBe(5_000)
    expect(health).toMatchObject({ state: 'open', failures: 0, errorRate: 0, requests: 13 })
  })

  test('of streams by their first content, and a slow probe does not bring it back', () => {
    const health = healthWith({ slowerThan: 1_000, consecutive: 1 })
    expect(serve(health, { durationMs: 60_000, firstChunkMs: 900 })).toBeUndefined()
    expect(serve(health, { durationMs: 60_000, firstChunkMs: 1_100 })).toBe(5_000)
    now += 5_000
    const probe = health.begin()
    expect(probe.answers(3_000)).toBe(false)
    expect(health.allows).toBe(false)
    expect(probe({ durationMs: 4_000, firstChunkMs: 3_000 })).toBe(10_000)
  })

  test('by the usual time: nothing is slow until that is known', () => {
    const health = healthWith({ slowerThan: { timesUsual: 4 }, consecutive: 2 })
    serveMany(health, 19, 100)
    serveMany(health, 1, 90_000)
    expect(health.state).toBe('closed')
    serveMany(health, 2, 400)
    expect(health.state).toBe('closed')
    serveMany(health, 2, 410)
    expect(health.state).toBe('open')
  })

  test('a short slow time does not change the usual time, a lasting one does', () => {
    const health = healthWith({ slowerThan: { timesUsual: 5 }, consecutive: 3, duration: 1_000, maxDuration: 5_000 })
    serveMany(health, 100, 100)
    const states: string[] = []
    for (let minute = 0; minute < 30; minute += 1) {
      serveMany(health, 60, 1_000)
      states.push(health.state)
    }
    expect(states.slice(0, 5)).not.toContain('closed')
    expect(states.slice(20)).toEqual(states.slice(20).map(() => 'closed'))
  })

  test('count while they are waited for: a target that hangs cools down before it answers', () => {
    const health = healthWith({ slowerThan: 2_000, consecutive: 3 })
    const hanging = [1, 2, 3].map(() => health.begin())
    now += 2_000
    expect(health.begin().cooldown).toBeUndefined()
    now += 1
    const last = health.begin()
    expect(last.cooldown).toBe(5_000)
    expect(health).toMatchObject({ state: 'open', failures: 0, requests: 0 })
    // It went there all the same, and is the probe: nobody follows it, however long it takes.
    now += 60_000
    expect(health).toMatchObject({ state: 'half-open', allows: false })
    // Each is told once, whatever becomes of it, and an answer from before the cooldown does not end it.
    expect(hanging[0]?.({ durationMs: 9_000 })).toBeUndefined()
    expect(hanging[1]?.({ durationMs: 9_000, errorClass: 'timeout' })).toBeUndefined()
    expect(hanging[2]?.({ durationMs: 9_000, errorClass: 'server' })).toBeUndefined()
    expect(health).toMatchObject({ state: 'half-open', failures: 2, requests: 3, cooldownLeft: 0, allows: false })
    expect(last({ durationMs: 60_000 })).toBe(10_000)
    expect(health).toMatchObject({ state: 'open', cooldownLeft: 10_000 })
  })

  test('streams that have begun are not waited for', () => {
    const health = healthWith({ slowerThan: 2_000, consecutive: 1 })
    const streams = [1, 2, 3].map(() => health.begin(true))
    for (const stream of streams) stream.answers(100)
    now += 60_000
    expect(health.begin(true).cooldown).toBeUndefined()
    for (const stream of streams) stream({ durationMs: 60_000, firstChunkMs: 100 })
    expect(health.state).toBe('closed')
  })

  test('one that the caller aborted in time is not waited for', () => {
    const health = healthWith({ slowerThan: 2_000, consecutive: 1 })
    health.begin()({ durationMs: 10, errorClass: 'abort' })
    now += 60_000
    expect(health.begin().cooldown).toBeUndefined()
  })
})
