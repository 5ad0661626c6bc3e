/** A streamed result with a promise of its whole answer beside the stream: the program may read either, or both. */
import { isObject } from '../kernel/json.js'
import { guard, isThenable } from '../kernel/guard.js'
import type { AnswerReader } from './reader.js'
import { watchSettling } from './settle.js'
import { assign, tapIterator } from './stream-tap.js'

/**
 * The promise is what counts: it settles when the provider has said all, whoever reads the stream. The stream only tells when
 * its first piece came.
 *
 * @param name - Of the promise.
 * @returns `false` for a result that has none.
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

/** Apart from the promise, which must not be kept alive. */
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
