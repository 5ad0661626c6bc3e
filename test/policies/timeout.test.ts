import { expect, test } from 'vitest'
import { attemptLimit, nearestTimeouts, timeoutPolicy } from '../../src/policies/timeout.js'

test.each([
  // set, left of the call, another target: the attempt
  [undefined, 600_000, false, undefined],
  [undefined, 600_000, true, 300_000],
  [undefined, 300_000, true, 150_000],
  [5_000, 600_000, true, 5_000],
  [5_000, 600_000, false, 5_000],
  [45_000, 60_000, true, 45_000],
  [46_000, 60_000, true, 45_000],
  [60_000, 60_000, true, 45_000],
  [60_000, 60_000, false, 60_000],
  [90_000, 60_000, true, 45_000],
  [undefined, 1, true, 1],
  [undefined, -5, true, 1],
])('set to %s with %i ms left, another target %s: %s ms', (set, remaining, other, ms) => {
  const limit = attemptLimit(set, remaining, () => other)
  expect(limit?.ms).toBe(ms)
  expect(limit === undefined).toBe(ms === undefined)
  // Where it is not what was set, the error says why and what to set.
  const part = set === undefined ? 'half' : 'three quarters'
  const advice =
    set === undefined ? /; set timeout\.attempt for a share of your own$/ : /; raise timeout\.total for more$/
  if (limit && limit.ms !== set) {
    expect(limit.why).toMatch(advice)
    expect(limit.why).toContain(`${part} of what was left of timeout.total`)
  } else expect(limit?.why).toBeUndefined()
})

test('of six targets that hang none uses up what is left for the next', () => {
  for (const set of [undefined, 1_000, 30_000, 600_000]) {
    let left = 60_000
    for (let others = 5; others > 0; others -= 1) left -= attemptLimit(set, left, () => true)?.ms ?? left
    expect(left).toBeGreaterThan(0)
  }
})

test('of words on a limit the nearest counts, one that says nothing none', () => {
  expect(nearestTimeouts(undefined, undefined)).toBeUndefined()
  const one = { attempt: 1 }
  expect(nearestTimeouts(undefined, one)).toBe(one)
  expect(nearestTimeouts({ idle: 3 }, { attempt: 1, idle: 2 })).toEqual({ attempt: 1, idle: 3 })
  expect(nearestTimeouts({ attempt: undefined, idle: 3 }, { attempt: 1, idle: 2 }, { attempt: 5, connect: 4 })).toEqual(
    {
      attempt: 1,
      idle: 3,
      connect: 4,
    },
  )
  expect(timeoutPolicy({ attempt: 7 })).toMatchObject({ attempt: 7, total: 600_000 })
  expect(timeoutPolicy(9, timeoutPolicy({ attempt: 7 }))).toMatchObject({ attempt: 7, total: 9 })
})
