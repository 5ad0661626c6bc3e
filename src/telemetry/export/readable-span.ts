/** Converts a span of the OpenTelemetry SDK to the shape that the tree and the test helpers read. */
import type { HrTime } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import type { TreeSpan } from './span-tree.js'

const STATUS = ['unset', 'ok', 'error'] as const

/** Unix milliseconds of an SDK time, which is seconds and nanoseconds. */
export const milliseconds = ([seconds, nanoseconds]: HrTime): number => seconds * 1_000 + nanoseconds / 1e6

export function treeSpanOf(span: ReadableSpan): TreeSpan {
  const { traceId, spanId } = span.spanContext()
  const service = span.resource.attributes['service.name']
  return {
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    name: span.name,
    startMs: milliseconds(span.startTime),
    endMs: milliseconds(span.endTime),
    attributes: span.attributes,
    status: { code: STATUS[span.status.code] ?? 'unset', message: span.status.message },
    service: typeof service === 'string' ? service : undefined,
  }
}
