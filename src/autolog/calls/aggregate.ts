/** A streamed result that also has a promise of the whole answer. The program may read either, or both. */
import { isObject } from '../../kernel/json.js'
import { guard, isThenable } from '../../kernel/guard.js'
import type { AnswerReader } from './reader.js'
import { watchSettling } from './settle.js'
import { assign, tapIterator } from '../streams/stream-tap.js'

/**
 * Reads the answer from the promise, which settles when the provider has sent all, whether or not the stream is read. The
 * stream only shows when its first piece came.
 *
 * @param name - The member of `result` that is the promise.
 * @returns `false` for a result without one.
 */
export function watchAggregate(result: unknown, name: string, stream: unknown, reader: AnswerReader): boolean {
  if (!isObject(result) || Object.isFrozen(result)) return false
  const promise = result[name]
  if (!isThenable(promise)) return false
  assign(result, name, watchSettling(promise, settlingOf(reader)))
  if (isIterator(stream)) {
    const { call } = reader
    const first = { event: () => call.chunk(), close: () => undefined }
    guard('tap', () => tapIterator(stream, first, () => false))
  }
  return true
}

/** A function of its own, so that nothing here keeps the promise alive. */
function settlingOf(reader: AnswerReader): Parameters<typeof watchSettling>[1] {
  return {
    value: (answer) => reader.aggregate(answer),
    error: (error) => reader.close({ error, closed: false }),
    abandoned: () => reader.close({ closed: true }),
  }
}

function isIterator(value: unknown): value is AsyncIterator<unknown> {
  return isObject(value) && typeof value['next'] === 'function'
}
