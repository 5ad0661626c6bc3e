/** When an answer is slow, and when a second target is asked beside it. */
import { describe, expect, test } from 'vitest'
import { hedgeDelay, hedgePolicy } from '../../src/policies/hedge.js'
import { Slowness } from '../../src/policies/slowness.js'

/** The longest answer that is not slow, in whole milliseconds. */
function longest(slowness: Slowness): number {
  let ms = 0
  while (!slowness.isSlow(ms + 1)) ms += 1
  return ms
}

/** Three times the usual, once twenty answers of 100 ms have come at 0. */
function known(): Slowness {
  const slowness = new Slowness({ timesUsual: 3 })
  for (let i = 0; i < 20; i += 1) slowness.add(0, 100)
  return slowness
}

describe('slow is', () => {
  test('more than so many milliseconds', () => {
    const slowness = new Slowness(100)
    for (let i = 0; i < 30; i += 1) slowness.add(0, 5)
    expect(longest(slowness)).toBe(100)
  })

  test('more than so many times the usual, which is the median of the first twenty answers', () => {
    const slowness = new Slowness({ timesUsual: 3 })
    for (let ms = 20; ms > 1; ms -= 1) slowness.add(0, ms)
    expect(slowness.isSlow(1e9)).toBe(false)
    slowness.add(0, 1)
    expect(longest(slowness)).toBe(33)
  })

  test.each([
    ['a slower answer', 10_000, 200, 305],
    ['a faster answer', 10_000, 50, 295],
    ['the usual one', 10_000, 100, 300],
    ['one after an hour, which says no more than one after ten seconds', 3_600_000, 200, 305],
    ['one at the same time', 0, 200, 300],
    ['one from before', -5_000, 200, 300],
  ])('what it was, and a little nearer to %s', (_what, now, ms, slow) => {
    const slowness = known()
    slowness.add(now, ms)
    expect(longest(slowness)).toBe(slow)
  })

  test('what has been usual for a while', () => {
    const slowness = known()
    for (let now = 0; now <= 1_200_000; now += 5_000) slowness.add(now, 200)
    expect(longest(slowness)).toBeGreaterThan(590)
    expect(longest(slowness)).toBeLessThan(610)
  })
})

test('who waits too long is told once, the oldest first', () => {
  const slowness = new Slowness(100)
  const [first, , third] = [0, 50, 60].map((now) => slowness.begin(now))
  expect([100, 101, 102].map((now) => slowness.overdue(now))).toEqual([0, 1, 0])
  expect(first && slowness.end(first)).toBe(false)
  expect(third && slowness.end(third)).toBe(true)
  expect([200, 200].map((now) => slowness.overdue(now))).toEqual([1, 0])
})

test.each([
  [undefined, undefined],
  [false, undefined],
  [true, { after: 'p95', max: 1 }],
  [{}, { after: 'p95', max: 1 }],
  [{ after: 50 }, { after: 50, max: 1 }],
  [{ max: 2 }, { after: 'p95', max: 2 }],
] as const)('a hedge of %j is %j', (options, policy) => {
  expect(hedgePolicy(options)).toEqual(policy)
})

test('a hedge waits as long as it is told, or as is known of the target', () => {
  expect(hedgeDelay({ after: 50, max: 1 }, 700)).toBe(50)
  expect(hedgeDelay({ after: 'p95', max: 1 }, 700)).toBe(700)
  expect(hedgeDelay({ after: 'p95', max: 1 }, undefined)).toBeUndefined()
})
