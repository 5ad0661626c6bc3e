/** Writes answers: whole ones, and streams in the framing of their format. */
import type { CallMeta } from '../types/meta.js'

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
  if (cache) headers['x-tracestitch-cache'] = cache.by
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

/**
 * The bytes of a stream. Each is made when it is read, so that a reader who waits holds up the provider too; one who leaves
 * ends the call.
 */
export function bytesOf<Item>(items: AsyncIterable<Item>, writer: StreamWriter<Item>): ReadableStream<Uint8Array> {
  const iterator = items[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>(
    {
      async pull(sink) {
        try {
          for (;;) {
            const { done, value } = await iterator.next()
            const bytes = done ? writer.end() : writer.item(value)
            if (bytes) sink.enqueue(bytes)
            if (done) return sink.close()
            if (bytes) return
          }
        } catch (error) {
          const bytes = writer.failed(error)
          if (bytes) sink.enqueue(bytes)
          sink.close()
        }
      },
      async cancel() {
        await iterator.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}
