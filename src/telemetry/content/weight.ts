/** The approximate size of a span, in memory and in a request: the length of its texts, and some bytes for the rest. */
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'

/** The most bytes of a request to a backend. The OpenTelemetry Collector accepts 20 MiB by default, others 4 MiB or less. */
export const REQUEST_BYTES = 3 * 1024 * 1024

/** Bytes for ids, times, names, and numbers of attributes. */
const BARE = 500
const OF_ATTRIBUTE = 40

export function weightOf({ attributes, events, name }: ReadableSpan): number {
  let weight = BARE + name.length + weightOfAttributes(attributes)
  for (const event of events) weight += weightOfAttributes(event.attributes ?? {})
  return weight
}

function weightOfAttributes(attributes: object): number {
  let weight = 0
  for (const [key, value] of Object.entries(attributes) as [string, unknown][]) {
    weight += OF_ATTRIBUTE + key.length
    if (typeof value === 'string') weight += value.length
    else if (Array.isArray(value)) for (const entry of value) weight += typeof entry === 'string' ? entry.length : 8
  }
  return weight
}

/** Splits spans into parts of at most {@link REQUEST_BYTES}. A larger span is a part by itself. */
export function partsOf(spans: readonly ReadableSpan[]): ReadableSpan[][] {
  const parts: ReadableSpan[][] = []
  let room = -1
  for (const span of spans) {
    const weight = weightOf(span)
    const last = parts.at(-1)
    if (last && weight <= room) last.push(span)
    else {
      parts.push([span])
      room = REQUEST_BYTES
    }
    room -= weight
  }
  return parts
}
