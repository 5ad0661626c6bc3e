/** The stream that callers get. */
import type { CallMeta } from '../types/meta.js'

/** What a stream reads from. It holds no reference to the stream, so that an unread stream can be collected. */
export interface StreamSource<T> {
  next(): Promise<IteratorResult<T, undefined>>
  /** Stops reading: ends the call and closes the socket. Later calls do nothing. */
  stop(): void
  /** Known once the source has ended. */
  readonly meta: CallMeta | undefined
}

/** A stream that nobody reads any more must not keep its socket and its span open. */
const unread = new FinalizationRegistry<StreamSource<unknown>>((source) => source.stop())

/**
 * An async iterable of the call's items, in the manner of the `openai` package: `break`, `controller`,
 * `tee()`, `toReadableStream()`. `controller.abort()` ends the iteration quietly; an abort of the call's
 * own `signal` throws its reason.
 */
export class ModelStream<T> implements AsyncIterable<T> {
  /** Aborting it ends the call and closes its socket. */
  readonly controller: AbortController
  private readonly source: StreamSource<T>
  private consumed = false
  private leave: ((error: unknown) => unknown) | undefined

  /** Streams come from a client's `create`. */
  constructor(source: StreamSource<T>, controller = new AbortController()) {
    this.source = source
    this.controller = controller
    // The listener refers to the source only: a reference to the stream would keep it from being collected.
    controller.signal.addEventListener('abort', () => source.stop(), { once: true })
    unread.register(this, source)
  }

  /** @param leave - Converts an error before it is thrown. */
  leaveBy(leave: (error: unknown) => unknown): this {
    this.leave = leave
    return this
  }

  /** `_meta` of the answer; `undefined` until the stream has ended. */
  get _meta(): CallMeta | undefined {
    return this.source.meta
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    if (this.consumed) throw new TypeError('this stream has been read already; use tee() to read it twice')
    this.consumed = true
    // The iterator keeps the stream alive: its finaliser would stop the source.
    const stream = this as ModelStream<T>
    return {
      next: () => stream.next(),
      return() {
        stream.source.stop()
        return Promise.resolve({ done: true, value: undefined })
      },
    }
  }

  private next(): Promise<IteratorResult<T, undefined>> {
    const { leave, source } = this
    const next = source.next()
    if (!leave) return next
    return next.catch((error: unknown) => {
      throw leave(error)
    })
  }

  /** Two streams of the same items. What one has read and the other has not is kept in memory. */
  tee(): [ModelStream<T>, ModelStream<T>] {
    const iterator = this[Symbol.asyncIterator]()
    const queues: [Promise<IteratorResult<T, undefined>>[], Promise<IteratorResult<T, undefined>>[]] = [[], []]
    const open = new Set([0, 1])
    const origin = this.source
    const side = (own: 0 | 1): StreamSource<T> => ({
      next() {
        if (!open.has(own)) return Promise.resolve({ done: true, value: undefined })
        const waiting = queues[own].shift()
        if (waiting) return waiting
        const item = iterator.next()
        const other = own === 0 ? 1 : 0
        if (open.has(other)) {
          // A failure is thrown when the other side reads it.
          item.catch(() => {})
          queues[other].push(item)
        }
        return item
      },
      stop() {
        open.delete(own)
        queues[own].length = 0
        if (open.size === 0) origin.stop()
      },
      get meta() {
        return origin.meta
      },
    })
    return [new ModelStream(side(0)), new ModelStream(side(1))]
  }

  /** The items as lines of JSON, as the `openai` package's `Stream.fromReadableStream` reads them. */
  toReadableStream(): ReadableStream<Uint8Array> {
    return linesOf(this)
  }
}

/** Items as lines of JSON. Cancelling the stream ends the iteration. */
export function linesOf<T>(items: AsyncIterable<T>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let iterator: AsyncIterator<T>
  return new ReadableStream<Uint8Array>({
    start() {
      iterator = items[Symbol.asyncIterator]()
    },
    async pull(sink) {
      const { done, value } = await iterator.next()
      if (done) sink.close()
      else sink.enqueue(encoder.encode(`${JSON.stringify(value)}\n`))
    },
    async cancel() {
      await iterator.return?.()
    },
  })
}
