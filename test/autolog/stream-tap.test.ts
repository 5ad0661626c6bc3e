/** A tapped stream that is read in unusual ways. */
import { describe, expect, test } from 'vitest'
import type { AnswerReader } from '../../src/autolog/calls/reader.js'
import { define, isIteratorStream, tapIterator, tapIteratorStream } from '../../src/autolog/streams/stream-tap.js'

/** As an SDK of Stainless makes it: one reader, and an error for the second. */
function streamOf(pieces: readonly unknown[]) {
  let consumed = false
  return {
    async *iterator(): AsyncGenerator<unknown, void> {
      if (consumed) throw new Error('consumed already')
      consumed = true
      for (const piece of pieces) yield await Promise.resolve(piece)
    },
    [Symbol.asyncIterator](): AsyncIterator<unknown> {
      return this.iterator()
    },
  }
}

async function readAll(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

function tapped(pieces: readonly unknown[], more: object = {}) {
  const told: unknown[] = []
  const reader = {
    event: (data: unknown) => told.push(data),
    close: (outcome: unknown) => told.push(outcome),
  } as unknown as AnswerReader
  const stream = streamOf(pieces)
  Object.assign(stream, more)
  tapIteratorStream(stream, reader)
  return { stream, told }
}

test('a second iteration gets the error of the SDK, and the call of the first goes on', async () => {
  const { stream, told } = tapped([1, 2])
  const first = stream[Symbol.asyncIterator]()
  expect(await first.next()).toEqual({ done: false, value: 1 })
  await expect(stream[Symbol.asyncIterator]().next()).rejects.toThrow('consumed already')
  expect(told).toEqual([1])
  expect(await first.next()).toEqual({ done: false, value: 2 })
  expect(await first.next()).toEqual({ done: true, value: undefined })
  expect(told).toEqual([1, 2, { closed: false }])
})

test('a second iteration after the first changes nothing', async () => {
  const { stream, told } = tapped([1])
  for await (const piece of stream) expect(piece).toBe(1)
  await expect(stream[Symbol.asyncIterator]().next()).rejects.toThrow('consumed already')
  expect(told).toEqual([1, { closed: false }])
})

test('a stream ends early only if the program aborts it', async () => {
  for (const aborts of [true, false]) {
    const controller = new AbortController()
    const { stream, told } = tapped([1], { controller })
    for await (const _ of stream) if (aborts) controller.abort()
    expect(told).toEqual([1, { closed: aborts }])
  }
})

const abort = new DOMException('aborted', 'AbortError')
const fault = new Error('fault')
test.each<[string, boolean, Error, unknown]>([
  ['an abort by the program', true, abort, { closed: true }],
  ['an abort that the program did not ask for', false, abort, { error: abort, closed: false }],
  // Some SDKs abort a stream that fails, and then throw what failed.
  ['a fault of a stream that is aborted', true, fault, { error: fault, closed: false }],
  ['a fault', false, fault, { error: fault, closed: false }],
])('a stream that ends with %s', async (_name, aborts, thrown, outcome) => {
  const controller = new AbortController()
  const { stream, told } = tapped([], {
    controller,
    async *iterator(): AsyncGenerator<unknown, void> {
      yield 1
      if (aborts) controller.abort()
      throw await Promise.resolve(thrown)
    },
  })
  await expect(readAll(stream)).rejects.toBe(thrown)
  expect(told).toEqual([1, outcome])
})

test('a stream whose iterator cannot be watched ends the call, and goes on for the program', async () => {
  const { stream, told } = tapped([1], {
    iterator: () => Object.freeze({ next: async () => ({ done: true, value: 'its own' }) }),
  })
  expect(await stream[Symbol.asyncIterator]().next()).toEqual({ done: true, value: 'its own' })
  expect(told).toEqual([{ closed: true }])
})

test.each<[string, unknown, boolean]>([
  ['a stream of Stainless', streamOf([]), true],
  ['an iterator of another kind', { async *[Symbol.asyncIterator]() {} }, false],
  ['one with a list', { iterator: [], [Symbol.asyncIterator]: () => undefined }, false],
  ['one that cannot be awaited', { iterator: () => undefined }, false],
  ['nothing', null, false],
  ['text', 'text', false],
])('%s: %o', (_what, value, is) => {
  expect(isIteratorStream(value)).toBe(is)
})

describe('an iterator', () => {
  function watched(inner: object) {
    const told: unknown[] = []
    const reader = { event: (data: unknown) => told.push(data), close: (outcome: unknown) => told.push(outcome) }
    const same = tapIterator(inner as AsyncIterator<unknown>, reader, () => false)
    expect(same).toBe(inner)
    return { iterator: inner as AsyncIterator<unknown>, told }
  }
  const error = new Error('its own')

  test('has the same methods as before', () => {
    expect(Reflect.ownKeys(watched({ next: () => undefined }).iterator)).toEqual(['next'])
    const { iterator } = watched(Object.create({ next: () => undefined, return: () => undefined }) as object)
    expect(Object.keys(iterator)).toEqual([])
    expect('throw' in iterator).toBe(false)
  })

  test('is called with the arguments of the program', async () => {
    const seen: unknown[] = []
    const inner = {
      next(this: unknown, ...args: unknown[]) {
        seen.push(this, ...args)
        return Promise.resolve({ done: false, value: 1 })
      },
    }
    const { iterator, told } = watched(inner)
    await iterator.next()
    await (iterator.next as (value: unknown) => Promise<unknown>)('given')
    expect(seen).toEqual([inner, inner, 'given'])
    expect(told).toEqual([1, 1])
  })

  test('may return a result at once', () => {
    const results = [{ done: false, value: 1 }, { done: true }]
    const { iterator, told } = watched({ next: () => results.shift() })
    expect([iterator.next(), iterator.next()]).toEqual([{ done: false, value: 1 }, { done: true }])
    expect(told).toEqual([1, { closed: false }])
  })

  test.each([
    ['later', () => Promise.reject(error)],
    [
      'at once',
      () => {
        throw error
      },
    ],
  ])('fails with its own error: %s', async (_when, next) => {
    const { iterator, told } = watched({ next })
    await expect((async () => iterator.next())()).rejects.toBe(error)
    expect(told).toEqual([{ error, closed: false }])
  })

  test('ends the call when the program calls return or throw', async () => {
    const ends = {
      next: () => undefined,
      return: (value: unknown) => Promise.resolve({ done: true, value }),
      throw: (thrown: unknown) => Promise.reject(thrown as Error),
    }
    const left = watched({ ...ends })
    expect(await left.iterator.return?.('given')).toEqual({ done: true, value: 'given' })
    expect(left.told).toEqual([{ closed: true }])
    const raised = watched({ ...ends })
    await expect(raised.iterator.throw?.(error)).rejects.toBe(error)
    expect(raised.told).toEqual([{ error, closed: false }])
  })

  test('that cannot be changed is not watched', () => {
    const inner = Object.freeze({ next: () => Promise.resolve({ done: true as const, value: 1 }) })
    const reader = { event: () => {}, close: () => {} }
    expect(tapIterator(inner, reader, () => false)).toBeUndefined()
  })
})

test('a method of ours is enumerable only if the original was', () => {
  const target = { shown: 1 }
  define(target, 'shown', 2)
  define(target, 'hidden', 3)
  expect(Object.entries(target)).toEqual([['shown', 2]])
  expect(Object.getOwnPropertyDescriptor(target, 'hidden')).toEqual({
    value: 3,
    configurable: true,
    writable: true,
    enumerable: false,
  })
})
