/** The circuit breaker and the retry budget, on a virtual clock. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Breaker, cooldownPolicy, DEFAULT_COOLDOWN, type CooldownPolicy } from '../../src/policies/cooldown.js'
import type { ErrorClass } from '../../src/policies/classify-error.js'
import { RetryBudget } from '../../src/policies/retry.js'

const policy: CooldownPolicy = { ...DEFAULT_COOLDOWN, duration: 1000, maxDuration: 8000 }

const attempt = (breaker: Breaker, now: number, errorClass?: ErrorClass, wait?: number): number | undefined =>
  breaker.settle(now, errorClass, breaker.begin(), wait)

function opened(at = 0): Breaker {
  const breaker = new Breaker(policy)
  for (let i = 0; i < policy.consecutive; i += 1) attempt(breaker, at, 'server')
  return breaker
}

describe('a breaker opens', () => {
  test('after failures in a row, not before', () => {
    const breaker = new Breaker(policy)
    for (let i = 0; i < 4; i += 1) expect(attempt(breaker, 0, 'server')).toBeUndefined()
    expect(breaker.state(0)).toBe('closed')
    expect(attempt(breaker, 0, 'server')).toBe(1000)
    expect(breaker.state(0)).toBe('open')
    expect(breaker.allows(999)).toBe(false)
  })

  test('by the share of failures, once there are enough answers', () => {
    const breaker = new Breaker({ ...policy, consecutive: 100 })
    for (let i = 0; i < 4; i += 1) attempt(breaker, 0)
    for (let i = 0; i < 4; i += 1) attempt(breaker, 0, 'server')
    expect(attempt(breaker, 0, 'server')).toBeUndefined()
    expect(attempt(breaker, 0, 'server')).toBe(1000)
  })

  test('by more than the share, not by the share itself', () => {
    const breaker = new Breaker({ ...policy, consecutive: 100 })
    for (let i = 0; i < 10; i += 1) expect(attempt(breaker, 0, i % 2 ? undefined : 'server')).toBeUndefined()
    expect(attempt(breaker, 0, 'server')).toBe(1000)
  })

  test('by the answers of the last minute, in slots of ten seconds, whenever they came', () => {
    const step = fc.record({ wait: fc.nat(25_000), failed: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(1e6), (steps, start) => {
        const breaker = new Breaker({ ...policy, consecutive: 1000, minRequests: 3, failureRate: 0.6 })
        const all: { slot: number; failed: boolean }[] = []
        let now = start
        for (const { wait, failed } of steps) {
          now += wait
          const slot = Math.floor(now / 10_000)
          all.push({ slot, failed })
          const last = all.filter((answer) => answer.slot > slot - 6)
          const opens = failed && last.length >= 3 && last.filter((answer) => answer.failed).length / last.length > 0.6
          expect(attempt(breaker, now, failed ? 'server' : undefined)).toBe(opens ? 1000 : undefined)
          if (opens) return
        }
      }),
    )
  })

  test('not by failures that are more than a minute old', () => {
    const breaker = new Breaker({ ...policy, consecutive: 100 })
    for (let i = 0; i < 9; i += 1) attempt(breaker, 0, 'server')
    for (let i = 0; i < 8; i += 1) attempt(breaker, 70_000)
    expect(attempt(breaker, 70_000, 'server')).toBeUndefined()
    expect(attempt(breaker, 70_000, 'server')).toBeUndefined()
  })

  test.each(['auth', 'not-found', 'rate-limit', 'quota'] as const)('at once after %s', (errorClass) => {
    expect(attempt(new Breaker(policy), 0, errorClass)).toBe(1000)
  })

  test("for the provider's own time, which may be longer than ours, up to an hour", () => {
    expect(attempt(new Breaker(policy), 0, 'rate-limit', 60_000)).toBe(60_000)
    expect(attempt(new Breaker(policy), 0, 'rate-limit', 86_400_000)).toBe(3_600_000)
    expect(attempt(new Breaker(policy), 0, 'rate-limit', 0)).toBe(1000)
  })

  test('never for a request that is wrong, too long or refused', () => {
    const breaker = new Breaker(policy)
    for (let i = 0; i < 50; i += 1)
      attempt(breaker, 0, (['bad-request', 'context-length', 'content-policy'] as const)[i % 3])
    expect(breaker.state(0)).toBe('closed')
  })

  test('never when it is off', () => {
    const breaker = new Breaker(cooldownPolicy(false))
    for (let i = 0; i < 50; i += 1) expect(attempt(breaker, 0, i % 2 ? 'rate-limit' : 'server', 5000)).toBeUndefined()
    expect(breaker.coolDownUntil(5000)).toBe(false)
    expect(breaker.allows(0)).toBe(true)
  })
})

describe('a breaker comes back', () => {
  test('with exactly one probe, whose answer closes it', () => {
    const breaker = opened()
    expect(breaker.state(1000)).toBe('half-open')
    expect(breaker.allows(1000)).toBe(true)
    const probe = breaker.begin()
    expect(probe).toBe(true)
    expect(breaker.allows(1000)).toBe(false)
    expect(breaker.begin()).toBe(false)
    breaker.settle(1100, undefined, probe)
    expect(breaker.state(1100)).toBe('closed')
    // What was before the cooldown is forgotten.
    expect(attempt(breaker, 1100, 'server')).toBeUndefined()
  })

  test('as soon as the answer to the probe begins, and again after the next cooldown', () => {
    const breaker = opened()
    const probe = breaker.begin()
    breaker.confirm()
    expect(breaker.state(1000)).toBe('closed')
    for (let i = 0; i < 4; i += 1) expect(attempt(breaker, 1000, 'server')).toBeUndefined()
    // The probe breaks off: the fifth in a row, and the first of a new row of cooldowns.
    expect(breaker.settle(1000, 'server', probe)).toBe(1000)
    expect(breaker.allows(1999)).toBe(false)
    expect(breaker.allows(2000)).toBe(true)
  })

  test('with none of the failures that it cooled down for', () => {
    const breaker = new Breaker({ ...policy, consecutive: 100 })
    for (let i = 0; i < 10; i += 1) attempt(breaker, 0, 'server')
    expect(breaker.state(1000)).toBe('half-open')
    attempt(breaker, 1000)
    for (let i = 0; i < 9; i += 1) expect(attempt(breaker, 1000, 'server')).toBeUndefined()
  })

  test('a probe that fails doubles the cooldown, up to the longest', () => {
    const breaker = opened()
    let now = 0
    const cooldowns: (number | undefined)[] = []
    for (let i = 0; i < 5; i += 1) {
      now += 10_000
      cooldowns.push(attempt(breaker, now, 'server'))
    }
    expect(cooldowns).toEqual([2000, 4000, 8000, 8000, 8000])
  })

  test.each(['abort', 'unsupported', 'config'] as const)(
    'a probe that ends with %s frees its place, and says nothing',
    (errorClass) => {
      const breaker = opened()
      breaker.settle(1000, errorClass, breaker.begin())
      expect(breaker.state(1000)).toBe('half-open')
      expect(breaker.allows(1000)).toBe(true)
    },
  )

  test('calls that began before the cooldown neither close it nor make it longer, unless the provider says so', () => {
    const breaker = new Breaker(policy)
    const early = breaker.begin()
    for (let i = 0; i < 5; i += 1) attempt(breaker, 0, 'server')
    expect(early).toBe(false)
    breaker.settle(500, undefined, early)
    expect(breaker.state(500)).toBe('open')
    expect(breaker.settle(900, 'server', false)).toBeUndefined()
    expect(breaker.cooldownLeft(900)).toBe(100)
    breaker.settle(900, 'rate-limit', false, 5000)
    expect(breaker.cooldownLeft(900)).toBe(5000)
    expect(breaker.settle(900, 'rate-limit', false, 86_400_000)).toBeUndefined()
    expect(breaker.cooldownLeft(900)).toBe(3_600_000)
  })

  test.each([
    ['a failure', 'server', undefined],
    ['a wait that is not for a rate', 'server', 5000],
    ['a rate without a wait', 'rate-limit', undefined],
  ] as const)(
    '%s of a call from before, with none that was answered between, leaves it as it is',
    (_what, errorClass, wait) => {
      const breaker = opened()
      expect(breaker.settle(900, errorClass, false, wait)).toBeUndefined()
      expect(breaker.cooldownLeft(900)).toBe(100)
    },
  )

  test('another process may make the cooldown longer, never shorter', () => {
    const breaker = opened()
    expect(breaker.coolDownUntil(500)).toBe(false)
    expect(breaker.coolDownUntil(1000)).toBe(false)
    expect(breaker.cooldownLeft(0)).toBe(1000)
    expect(breaker.coolDownUntil(3000)).toBe(true)
    expect(breaker.cooldownLeft(0)).toBe(3000)
  })

  test('whatever happens: at most one probe, and a cooldown is never beyond the longest', () => {
    const step = fc.record({
      wait: fc.nat(3000),
      ends: fc.constantFrom<ErrorClass | undefined>(
        undefined,
        'server',
        'rate-limit',
        'abort',
        'bad-request',
        'timeout',
      ),
      last: fc.boolean(),
      begins: fc.boolean(),
      settles: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const breaker = new Breaker(policy)
        const open: boolean[] = []
        let now = 0
        for (const { wait, ends, last, begins, settles } of steps) {
          now += wait
          if (begins && (breaker.allows(now) || open.length === 0)) open.push(breaker.begin())
          expect(open.filter((probe) => probe).length).toBeLessThanOrEqual(1)
          const probe = settles ? (last ? open.pop() : open.shift()) : undefined
          if (probe !== undefined) breaker.settle(now, ends, probe)
          expect(breaker.cooldownLeft(now)).toBeLessThanOrEqual(policy.maxDuration)
          expect(breaker.allows(now)).toBe(
            breaker.state(now) === 'closed' || (breaker.state(now) === 'half-open' && !open.includes(true)),
          )
        }
      }),
    )
  })
})

describe('the retry budget', () => {
  test('an outage is amplified by its share, not by the number of retries', () => {
    const budget = new RetryBudget(0.2)
    let sent = 0
    for (let call = 0; call < 10_000; call += 1) {
      budget.call()
      sent += 1
      for (let retry = 0; retry < 2 && budget.take(); retry += 1) {
        budget.call()
        sent += 1
      }
    }
    expect(sent).toBeGreaterThan(11_900)
    expect(sent).toBeLessThanOrEqual(12_010)
  })

  /** Retries that it lets through now. */
  const taken = (budget: RetryBudget): number => {
    let count = 0
    while (budget.take()) count += 1
    return count
  }

  test('what is not used does not pile up', () => {
    const budget = new RetryBudget(0.2)
    for (let call = 0; call < 1000; call += 1) budget.call()
    // A hundred, of which each retry takes one and the share that it adds as a call.
    expect(taken(budget)).toBe(83)
  })

  test('the last whole one is given', () => {
    expect(taken(new RetryBudget(0.5))).toBe(7)
  })

  test('a quiet target has some in reserve; a share of 0 has none', () => {
    const quiet = new RetryBudget(0.1)
    expect(quiet.take()).toBe(true)
    expect(new RetryBudget(0).take()).toBe(false)
  })
})

test('what an option does not say is as by default, and `false` is never', () => {
  expect(cooldownPolicy(undefined)).toEqual(DEFAULT_COOLDOWN)
  const set = { failureRate: 0.9, minRequests: 3, consecutive: 2, duration: 7, maxDuration: 70, slowerThan: 5 }
  for (const [name, value] of Object.entries(set))
    expect(cooldownPolicy({ [name]: value })).toEqual({ ...DEFAULT_COOLDOWN, [name]: value })
  expect(cooldownPolicy(false)).toEqual({ ...DEFAULT_COOLDOWN, duration: 0, maxDuration: 0 })
})
