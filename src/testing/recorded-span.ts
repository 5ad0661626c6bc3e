/** The one shape in which the test helpers give spans, wherever they come from. */
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { milliseconds, treeSpanOf } from '../telemetry/export/readable-span.js'
import type { TreeSpan } from '../telemetry/export/span-tree.js'

/** An ended span. `renderTree()` takes a list of them. Times are Unix milliseconds, with fractions. */
export interface RecordedSpan extends TreeSpan {
  /** `undefined` for the root of a trace. */
  readonly parentSpanId: string | undefined
  /** Its kind, in words. */
  readonly kind: SpanKindName
  /** Its events, oldest first. */
  readonly events: readonly RecordedEvent[]
  /** Its status; the message is that of a failure. */
  readonly status: { readonly code: 'unset' | 'ok' | 'error'; readonly message: string | undefined }
  /** Attributes of the process: `service.name`, `process.pid` and others. */
  readonly resource: Readonly<Record<string, unknown>>
  /** Name of the instrumentation scope, which is the library that made the span. */
  readonly scope: string
  /** `service.name` of the resource. */
  readonly service: string | undefined
}

/** An event of a span. */
export interface RecordedEvent {
  /** Its name. */
  readonly name: string
  /** When it was, in Unix milliseconds. */
  readonly timeMs: number
  /** Its attributes. */
  readonly attributes: Readonly<Record<string, unknown>>
}

/** The kinds of a span that OpenTelemetry has. */
export type SpanKindName = 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer'

/** By the numbers of OTLP; those of the OpenTelemetry API are one lower. */
export const SPAN_KINDS: readonly SpanKindName[] = [
  'unspecified',
  'internal',
  'server',
  'client',
  'producer',
  'consumer',
]

export function recordedSpanOf(span: ReadableSpan): RecordedSpan {
  const { parentSpanId, service, ...rest } = treeSpanOf(span)
  return {
    ...rest,
    parentSpanId,
    service,
    attributes: { ...span.attributes },
    status: { code: rest.status.code, message: span.status.message },
    kind: SPAN_KINDS[span.kind + 1] ?? 'unspecified',
    events: span.events.map(({ name, time, attributes }) => ({
      name,
      timeMs: milliseconds(time),
      attributes: { ...attributes },
    })),
    resource: { ...span.resource.attributes },
    scope: span.instrumentationScope.name,
  }
}
