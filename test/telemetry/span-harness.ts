/** A real tracer provider whose spans the test reads, and telemetry settings that last for one test. */
import { context, trace, type Context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
  type Span,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { faults } from '../../src/kernel/guard.js'
import { applySettings, defaultSettings, settings, type TelemetrySettings } from '../../src/telemetry/settings.js'

export interface SpanHarness {
  /** Ended spans, oldest first. */
  spans(): readonly ReadableSpan[]
  /** The one span that has ended. */
  only(): ReadableSpan
  use(settings: Partial<TelemetrySettings>): void
  /** Faults since the test began. */
  faults(): number
  /** Runs at the start of each span, after the exporter's processor. */
  onStart: ((span: Span, parent: Context) => void) | undefined
}

export function spanHarness(): SpanHarness {
  const exporter = new InMemorySpanExporter()
  const extra: SpanProcessor = {
    onStart: (span, parent) => harness.onStart?.(span, parent),
    onEnd: () => undefined,
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  }
  const rejections: unknown[] = []
  const onRejection = (reason: unknown): void => void rejections.push(reason)
  let faultsBefore = 0
  beforeAll(() => {
    process.on('unhandledRejection', onRejection)
    trace.setGlobalTracerProvider(
      new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter), extra] }),
    )
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  })
  let before: TelemetrySettings | undefined
  beforeEach(() => {
    before = settings() === defaultSettings() ? undefined : settings()
  })
  afterEach(async () => {
    await new Promise((resolve) => setImmediate(resolve))
    exporter.reset()
    applySettings(before)
    harness.onStart = undefined
    faultsBefore = faults().count
    expect(rejections.splice(0)).toEqual([])
  })
  afterAll(() => {
    process.off('unhandledRejection', onRejection)
    trace.disable()
    context.disable()
  })
  const harness: SpanHarness = {
    onStart: undefined,
    spans: () => exporter.getFinishedSpans(),
    only() {
      expect(exporter.getFinishedSpans().map(({ name }) => name)).toHaveLength(1)
      return exporter.getFinishedSpans()[0] as ReadableSpan
    },
    use: (settings) => applySettings({ ...defaultSettings(), ...settings }),
    faults: () => faults().count - faultsBefore,
  }
  return harness
}
