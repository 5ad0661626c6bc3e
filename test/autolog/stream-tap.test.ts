/** A tapped stream that is read in unusual ways. */
import { expect, test } from 'vitest'
import type { AnswerReader } from '../../src/autolog/reader.js'
import { tapIteratorStream } from '../../src/autolog/stream-tap.js'

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

function tapped(pieces: readonly unknown[]) {
  const told: unknown[] = []
  const reader = {
    event: (data: unknown) => told.push(data),
    close: (outcome: unknown) => told.push(outcome),
  } as unknown as AnswerReader
  const stream = streamOf(pieces)
  tapIteratorStream(stream, reader)
  return { stream, told }
}

test('a second reader gets the error of the SDK, and the call of the first goes on', async () => {
  const { stream, told } = tapped([1, 2])
  const first = stream[Symbol.asyncIterator]()
  expect(await first.next()).toEqual({ done: false, value: 1 })
  await expect(stream[Symbol.asyncIterator]().next()).rejects.toThrow('consumed already')
  expect(told).toEqual([1])
  expect(await first.next()).toEqual({ done: false, value: 2 })
  expect(await first.next()).toEqual({ done: true, value: undefined })
  expect(told).toEqual([1, 2, { closed: false }])
})

test('a second reader after the first changes nothing', async () => {
  const { stream, told } = tapped([1])
  for await (const piece of stream) expect(piece).toBe(1)
  await expect(stream[Symbol.asyncIterator]().next()).rejects.toThrow('consumed already')
  expect(told).toEqual([1, { closed: false }])
})
