/** The time of a call, and that of an attempt within it, on a held clock. */
import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { AttemptLimits, CallLimits } from '../../src/client/call/time-limits.js'
import { TimeoutError } from '../../src/kernel/errors.js'
import { holdTime } from '../support/held-time.js'

const time = holdTime()
const clock = { now: () => performance.now(), date: () => Date.now() }
const fields = { provider: 'p', model: 'm' }

describe('the limits of a call', () => {
  test('end it when its time is used up, and not before', async () => {
    const limits = new CallLimits(undefined, 1000, clock)
    await time.advance(999)
    expect([limits.aborted, limits.remaining]).toEqual([false, 1])
    await time.advance(1)
    expect(limits.reason).toBeInstanceOf(TimeoutError)
    expect(limits.reason).toMatchObject({ limit: 'total', message: expect.stringContaining('1000 ms') as string })
    expect([limits.abortedByCaller, limits.remaining]).toEqual([false, 0])
  })

  test('may be longer than a timer takes', async () => {
    const limits = new CallLimits(undefined, 1e12, clock)
    await time.advance(1000)
    expect(limits.aborted).toBe(false)
    limits.release()
    expect(time.timers()).toBe(0)
  })

  test('end with the caller, with its own reason', async () => {
    const caller = new AbortController()
    const limits = new CallLimits(caller.signal, 1000, clock)
    const sleeping = limits.sleep(500)
    caller.abort('enough')
    await expect(sleeping).rejects.toBe('enough')
    expect([limits.aborted, limits.reason, limits.abortedByCaller]).toEqual([true, 'enough', true])
    const late = new CallLimits(caller.signal, 1000, clock)
    expect([late.aborted, late.reason, late.abortedByCaller]).toEqual([true, 'enough', true])
  })

  test('are not those of a caller who aborts when the time is over', async () => {
    const caller = new AbortController()
    const limits = new CallLimits(caller.signal, 1000, clock)
    await time.advance(1000)
    caller.abort()
    expect([limits.aborted, limits.abortedByCaller]).toEqual([true, false])
  })

  test('leave nothing behind', async () => {
    const caller = new AbortController()
    const limits = new CallLimits(caller.signal, 1000, clock)
    expect([time.timers(), getEventListeners(caller.signal, 'abort').length]).toEqual([1, 1])
    limits.release()
    expect([time.timers(), getEventListeners(caller.signal, 'abort').length]).toEqual([0, 0])
    await time.advance(2000)
    expect(limits.aborted).toBe(false)
  })
})

describe('the limits of an attempt', () => {
  const call = (): CallLimits => new CallLimits(undefined, 60_000, clock)

  test('end it, and say which it was, where, and why it is not what is set', async () => {
    const limits = new AttemptLimits(call(), fields)
    limits.start('idle', undefined)
    limits.start('attempt', 100, 'half of what was left')
    limits.start('firstChunk', 200)
    await time.advance(100)
    expect(limits.reason).toMatchObject({ limit: 'attempt', ...fields })
    expect((limits.reason as Error).message).toContain('half of what was left')
    const other = new AttemptLimits(call(), fields)
    other.start('idle', 50)
    await time.advance(50)
    expect(other.reason).toMatchObject({ limit: 'idle', ...fields })
  })

  test('begin anew, and stop', async () => {
    const limits = new AttemptLimits(call(), fields)
    for (let i = 0; i < 5; i += 1) {
      limits.start('idle', 100)
      await time.advance(99)
    }
    limits.start('firstChunk', 50)
    limits.stop('firstChunk')
    limits.stop('idle')
    limits.stop('connect')
    await time.advance(10_000)
    expect(limits.aborted).toBe(false)
  })

  test('may be longer than a timer takes', async () => {
    const limits = new AttemptLimits(call(), fields)
    limits.start('total', 1e12)
    await time.advance(1000)
    expect(limits.aborted).toBe(false)
  })

  test('end with the call, and a call that has ended begins none', () => {
    const whole = call()
    const limits = new AttemptLimits(whole, fields)
    whole.abort('enough')
    expect([limits.aborted, limits.reason]).toEqual([true, 'enough'])
    const late = new AttemptLimits(whole, fields)
    expect([late.aborted, late.reason]).toEqual([true, 'enough'])
    // Where nothing has begun there is nothing to end.
    late.stop('idle')
    late.release()
  })

  test('leave nothing behind, and end the call with no abort of theirs', () => {
    const whole = call()
    const limits = new AttemptLimits(whole, fields)
    limits.start('idle', 100)
    limits.start('attempt', 100)
    limits.release()
    // That of the call.
    expect(time.timers()).toBe(1)
    whole.abort('enough')
    expect(limits.aborted).toBe(false)
    const given = new AttemptLimits(call(), fields)
    given.abandon()
    expect(given.reason).toMatchObject({ name: 'AbortError' })
  })
})
