/**
 * From an OTLP ExportTraceServiceRequest in its JSON mapping to spans
 * (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding). What is missing or of another type
 * than the format says is taken as not there.
 */
import { isObject } from '../kernel/json.js'
import { SPAN_KINDS, type RecordedEvent, type RecordedSpan } from './recorded-span.js'

const STATUS = ['unset', 'ok', 'error'] as const

export function spansOfRequest(request: unknown): RecordedSpan[] {
  const spans: RecordedSpan[] = []
  for (const { resource, scopeSpans } of objects(field(request, 'resourceSpans'))) {
    const resourceAttributes = attributesOf(field(resource, 'attributes'))
    for (const { scope, spans: list } of objects(scopeSpans)) {
      const scopeName = text(field(scope, 'name'))
      for (const span of objects(list)) spans.push(spanOf(span, resourceAttributes, scopeName))
    }
  }
  return spans
}

function spanOf(span: Record<string, unknown>, resource: Record<string, unknown>, scope: string): RecordedSpan {
  const service = resource['service.name']
  return {
    traceId: text(span['traceId']),
    spanId: text(span['spanId']),
    parentSpanId: text(span['parentSpanId']) || undefined,
    name: text(span['name']),
    kind: SPAN_KINDS[Number(span['kind'] ?? 0)] ?? 'unspecified',
    startMs: milliseconds(span['startTimeUnixNano']),
    endMs: milliseconds(span['endTimeUnixNano']),
    attributes: attributesOf(span['attributes']),
    events: objects(span['events']).map(eventOf),
    status: {
      code: STATUS[Number(field(span['status'], 'code') ?? 0)] ?? 'unset',
      message: text(field(span['status'], 'message')) || undefined,
    },
    resource,
    scope,
    service: typeof service === 'string' ? service : undefined,
  }
}

function eventOf(event: Record<string, unknown>): RecordedEvent {
  return {
    name: text(event['name']),
    timeMs: milliseconds(event['timeUnixNano']),
    attributes: attributesOf(event['attributes']),
  }
}

const field = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined)
const objects = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isObject) : [])
const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Nanoseconds since 1970 do not fit a number, so they come as text. */
function milliseconds(nanoseconds: unknown): number {
  if (typeof nanoseconds === 'number') return nanoseconds / 1e6
  const exact = BigInt(text(nanoseconds))
  return Number(exact / 1_000_000n) + Number(exact % 1_000_000n) / 1e6
}

function attributesOf(list: unknown): Record<string, unknown> {
  return Object.fromEntries(objects(list).map(({ key, value }) => [text(key), valueOf(value)]))
}

/** An OTLP AnyValue; a message without a value stands for null. */
function valueOf(value: unknown): unknown {
  if (!isObject(value)) return null
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = value
  if (intValue !== undefined) return Number(intValue)
  if (arrayValue !== undefined) return objects(field(arrayValue, 'values')).map(valueOf)
  if (kvlistValue !== undefined) return attributesOf(field(kvlistValue, 'values'))
  return stringValue ?? boolValue ?? doubleValue ?? bytesValue ?? null
}
