/** What a caller is told when a call may not run, in words and in fields; and work that it waits for no longer than it lives. */
import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { BudgetRefusal, Estimate } from '../../src/client/admission/budget-accounts.js'
import { refusalError, uncounted } from '../../src/client/admission/limit-error.js'
import { whileAlive } from '../../src/client/admission/while-alive.js'
import type { Target } from '../../src/router/target.js'

const target = { model: 'm', provider: { id: 'p' } } as Target
const estimate: Estimate = { tokens: 30, usd: 0.5, priced: true, input: 10, output: 20, assumed: false }
const refusal: BudgetRefusal = {
  path: 'budgets[0]',
  scope: 'all calls',
  unit: 'usd',
  limit: 2,
  left: 0.25,
  resetsInMs: 3_600_000,
  unpriced: false,
  estimate,
}

describe('a limit', () => {
  test('names the limit, and when to try again if that is known', () => {
    const error = refusalError(
      { limit: 'requests', of: 'limits[0] (user=ann)', mayWait: false, retryAfterMs: 5 },
      target,
    )
    expect(error).toMatchObject({
      name: 'LimitError',
      message: 'limits[0] (user=ann) takes no further call (limits.requests); the first may be tried in 5 ms',
      limit: 'requests',
      retryAfterMs: 5,
      provider: 'p',
      model: 'm',
    })
    expect(refusalError({ limit: 'queue', of: 'p/m', mayWait: true })).toMatchObject({
      retryAfterMs: undefined,
      provider: undefined,
    })
  })
})

describe('a budget', () => {
  const words = (more: Partial<BudgetRefusal>, asks: Partial<Estimate> = {}) =>
    refusalError({ ...refusal, ...more, estimate: { ...estimate, ...asks } }, target).message

  test('says what is left, what the call may need, and what to do', () => {
    expect(words({})).toBe(
      'budgets[0] (all calls) has 0.25 USD left of 2 USD, and the call may need 0.5 USD: about 10 tokens of ' +
        'input and 20 of output (the limit that it sets); enough is free in 60 minutes. To continue, lower max_tokens, use a ' +
        'cheaper model or raise budgets[0].usd',
    )
    expect(refusalError(refusal, target)).toMatchObject({
      limit: 'budget',
      isRetryable: false,
      provider: 'p',
      budget: {
        path: 'budgets[0]',
        scope: 'all calls',
        unit: 'usd',
        limit: 2,
        left: 0.25,
        estimate: 0.5,
        tokens: { input: 10, output: 20, assumed: false },
        resetsInMs: 3_600_000,
        change: 'lower max_tokens, use a cheaper model or raise budgets[0].usd',
      },
    })
  })

  test('of tokens', () => {
    expect(words({ unit: 'tokens', limit: 40, left: 7 }, { assumed: true })).toBe(
      'budgets[0] (all calls) has 7 tokens left of 40 tokens, and the call may need 30 tokens: about 10 tokens of ' +
        'input and 20 of output (assumed, as it sets no limit); enough is free in 60 minutes. To continue, set ' +
        'max_tokens or raise budgets[0].tokens',
    )
  })

  test('of a call without output, more than the whole, or at a time that is not known', () => {
    expect(words({}, { output: 0 })).toContain('about 10 tokens of input; enough')
    expect(words({}, { output: 0 })).toContain('To continue, send less, use a cheaper model or raise')
    expect(words({ limit: 0.5 })).toContain('enough is free in')
    expect(words({ limit: 0.4 })).toContain('; that is more than the whole budget.')
    expect(words({ resetsInMs: undefined })).toContain('; when enough is free again is not known.')
    expect(words({}, { usd: 0 })).not.toContain('cheaper')
    expect(words({ left: 0.123_456_78 })).toContain('has 0.123457 USD left')
  })

  test.each([
    [0, '1 second'],
    [1_000, '1 second'],
    [1_001, '2 seconds'],
    [119_999, '120 seconds'],
    [120_000, '2 minutes'],
    [7_199_999, '120 minutes'],
    [7_200_000, '2 hours'],
    [172_799_999, '48 hours'],
    [172_800_000, '2 days'],
  ])('has room in %i ms, which is %s', (resetsInMs, time) => {
    expect(words({ resetsInMs })).toContain(`enough is free in ${time}.`)
  })

  test.each([
    [undefined, 'which has no price; set one in prices.overrides, 0 if it is free'],
    ['no price for p/m', 'which has no price; set one in prices.overrides, 0 if it is free'],
    [
      'x could not be loaded',
      'whose price is not known now: x could not be loaded; or set its price in prices.overrides',
    ],
    ['x is being loaded', 'whose price is not known now: x is being loaded; or set its price in prices.overrides'],
  ])('cannot count a target without a price: %s', (missing, why) => {
    const unpriced = { ...refusal, unpriced: true, estimate: { ...estimate, usd: undefined, missing } }
    const message = `budgets[0] (all calls) cannot count p/m, ${why}`
    expect(uncounted(unpriced, target)).toBe(message)
    const error = refusalError(unpriced, target)
    expect(error.message).toBe(message)
    expect(error.budget).toMatchObject({ change: why.split('; ')[1] })
    expect(error.budget?.estimate).toBeUndefined()
    expect(error.budget?.missing).toBe(missing)
  })
})

describe('work that a call waits for', () => {
  const undone: unknown[] = []
  const undo = (late: unknown): void => void undone.push(late)

  test('is its own answer, or its own error', async () => {
    const { signal } = new AbortController()
    const later = new Promise<number>((resolve) => setImmediate(() => setImmediate(() => resolve(1))))
    await expect(whileAlive(signal, later, undo)).resolves.toBe(1)
    await expect(whileAlive(signal, Promise.reject(new Error('x')), undo)).rejects.toThrow('x')
    expect(undone).toEqual([])
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('is given back when it comes after the end of the call', async () => {
    for (const early of [true, false]) {
      const controller = new AbortController()
      let done: (value: number) => void = () => {}
      const work = new Promise<number>((resolve) => (done = resolve))
      if (early) controller.abort('over')
      const waiting = whileAlive(controller.signal, work, undo)
      if (!early) controller.abort('over')
      await expect(waiting).rejects.toBe('over')
      done(7)
      await work
      expect(undone.splice(0)).toEqual([7])
    }
  })

  test('may throw its own error, in the same turn', async () => {
    const controller = new AbortController()
    const work = new Promise<never>((_, reject) => {
      controller.signal.addEventListener('abort', () => reject(new Error('its own')))
    })
    const waiting = whileAlive(controller.signal, work, undo)
    controller.abort('over')
    await expect(waiting).rejects.toThrow('its own')
  })
})
