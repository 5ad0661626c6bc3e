/** About how many bytes a span takes, in memory and in a request: what its texts are long, and a little for the rest. */
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'

/** Bytes of a request to a backend. The Collector of OpenTelemetry takes 20 MiB by default, others 4 MiB and less. */
export const REQUEST_BYTES = 3 * 1024 * 1024

/** Ids, times, names, and numbers of attributes. */
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

/** The spans in as few parts of at most {@link REQUEST_BYTES} as may be; a span that is larger is a part by itself. */
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
