/** Writes answers: whole ones, and streams in the framing of their format. */
import type { CallMeta } from '../types/meta.js'
import type { Presence } from './presence.js'

/** Headers that say how an answer came about. Values are visible ASCII, so that nothing in them ends a header. */
export function metaHeaders(meta: CallMeta, whole: boolean): Record<string, string> {
  const { provider, model, traceId, cache, warnings, attempts } = meta
  const { usd } = whole ? meta.cost : { usd: null }
  const headers: Record<string, string> = {
    'x-tracestitch-provider': provider,
    'x-tracestitch-model': model,
    'x-tracestitch-attempts': String(attempts.length),
  }
  if (traceId !== null) headers['x-tracestitch-trace-id'] = traceId
  if (usd !== null) headers['x-tracestitch-cost-usd'] = decimal(usd)
  if (cache) headers['x-tracestitch-cache'] = cache.hit ?? cache.by
  if (cache && cache.savedUsd !== null) headers['x-tracestitch-saved-usd'] = decimal(cache.savedUsd)
  if (warnings.length > 0) headers['x-tracestitch-warnings'] = warnings.join('; ').slice(0, MOST_OF_WARNINGS)
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, visible(value)]))
}

const MOST_OF_WARNINGS = 2000

const visible = (value: string): string => value.replace(/[^\x20-\x7e]/g, '?')

/** Without an exponent, which programs that read money do not expect. */
function decimal(usd: number): string {
  return usd.toFixed(12).replace(/\.?0+$/, '')
}

/** Turns the items of a stream into bytes. */
export interface StreamWriter<Item> {
  item(item: Item): Uint8Array | undefined
  /** After the last one. */
  end(): Uint8Array | undefined
  /** In place of the end. */
  failed(error: unknown): Uint8Array | undefined
}

/** A stream that can be stopped without an error. */
export interface Stoppable<Item> extends AsyncIterable<Item> {
  readonly controller: AbortController
}

/**
 * The bytes of a stream. Each is made when it is read, so that a reader who waits holds up the provider too; one who leaves
 * ends the call.
 */
export function bytesOf<Item>(
  items: Stoppable<Item>,
  writer: StreamWriter<Item>,
  caller: Presence,
): ReadableStream<Uint8Array> {
  const iterator = items[Symbol.asyncIterator]()
  let open = true
  const close = (): void => {
    open = false
    caller.release()
  }
  return new ReadableStream<Uint8Array>(
    {
      start(sink) {
        caller.streams((reason) => {
          close()
          items.controller.abort()
          sink.error(reason)
        })
      },
      async pull(sink) {
        const { bytes, isLast } = await next(iterator, writer)
        // The reader may have left meanwhile.
        if (!open) return
        if (bytes) sink.enqueue(bytes)
        if (!isLast) return
        close()
        sink.close()
      },
      async cancel() {
        close()
        await iterator.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}

/** The bytes of the next item that has some. */
async function next<Item>(
  iterator: AsyncIterator<Item>,
  writer: StreamWriter<Item>,
): Promise<{ readonly bytes: Uint8Array | undefined; readonly isLast: boolean }> {
  try {
    for (;;) {
      const { done, value } = await iterator.next()
      if (done) return { bytes: writer.end(), isLast: true }
      const bytes = writer.item(value as Item)
      if (bytes) return { bytes, isLast: false }
    }
  } catch (error) {
    return { bytes: writer.failed(error), isLast: true }
  }
}
