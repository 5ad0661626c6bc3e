/** A bounded number of calls at once, and those that wait before them. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CallQueue } from '../../src/policies/queue.js'
import { holdTime } from '../support/held-time.js'

const time = holdTime()
const never = (): AbortSignal => new AbortController().signal

test('who waits is let in by priority, then in the order of arrival', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: -2, max: 2 }), { maxLength: 30 }), async (priorities) => {
      const queue = new CallQueue({ concurrent: 1, queue: 100 })
      expect(queue.tryEnter()).toBe(true)
      const served: number[] = []
      for (const [at, priority] of priorities.entries())
        void queue.enter(priority, Infinity, never()).then(() => served.push(at))
      expect(queue.length).toBe(priorities.length)
      // No wait is longer than a timer takes: such a timer would end at once.
      await time.advance(1000)
      for (let left = priorities.length; left > 0; left -= 1) {
        queue.leave()
        await time.advance(0)
        expect([queue.length, queue.inFlight]).toEqual([left - 1, 1])
      }
      const sorted = [...priorities.keys()].sort((a, b) => (priorities[a] ?? 0) - (priorities[b] ?? 0) || a - b)
      expect(served).toEqual(sorted)
    }),
    { numRuns: 50 },
  )
})

test('a place is free when who had it leaves, and nobody waits', async () => {
  const queue = new CallQueue({ concurrent: 2, queue: 0 })
  expect([await queue.enter(0, 1000, never()), queue.tryEnter(), queue.hasRoom]).toEqual([undefined, true, false])
  expect(queue.tryEnter()).toBe(false)
  expect(await queue.enter(0, 1000, never())).toBe('full')
  queue.leave()
  expect([queue.hasRoom, queue.inFlight]).toEqual([true, 1])
})

test('who has waited long enough, or is called off, is no longer in the queue', async () => {
  const queue = new CallQueue({ concurrent: 1, queue: 3 })
  queue.tryEnter()
  const abort = new AbortController()
  const short = queue.enter(0, 10, never())
  const left = queue.enter(0, 1000, abort.signal)
  const long = queue.enter(1, 1000, never())
  expect(await queue.enter(0, 1000, never())).toBe('full')
  await time.advance(10)
  expect(await short).toBe('expired')
  abort.abort(new Error('left'))
  await expect(left).rejects.toThrow('left')
  expect(queue.length).toBe(1)
  // One that comes too late takes nobody's place.
  await expect(queue.enter(0, 1000, abort.signal)).rejects.toThrow('left')
  expect(queue.length).toBe(1)
  queue.leave()
  expect(await long).toBeUndefined()
  expect([queue.length, queue.inFlight, time.timers()]).toEqual([0, 1, 0])
})
