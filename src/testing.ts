/**
 * `tracestitch/testing`: what a program's own tests need to see its traces. Loads neither the OpenTelemetry
 * SDK nor a test framework.
 */
export { startOtlpReceiver } from './testing/otlp-receiver.js'
export type { OtlpReceiver, OtlpReceiverOptions, ReceivedRequest, ReceiverFault } from './testing/otlp-receiver.js'
export { recordSpans, type SpanRecorder } from './testing/record-spans.js'
export type { RecordedEvent, RecordedSpan, SpanKindName } from './testing/recorded-span.js'
export type { SpanMatch, SpanQueries } from './testing/span-list.js'
export type { TreeSpan } from './telemetry/export/span-tree.js'
export { renderTree, type TreeOptions } from './telemetry/export/tree.js'
