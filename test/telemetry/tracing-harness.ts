/** Sets tracing up in the test's own process and cleans up after each test. */
import { trace, type Attributes } from '@opentelemetry/api'
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest'
import { sharedState } from '../../src/kernel/state.js'
import { setUpTracing } from '../../src/telemetry/set-up/setup.js'
import type { TracingOptions } from '../../src/telemetry/set-up/setup-options.js'
import type { TracingHandle } from '../../src/telemetry/set-up/tracing-handle.js'

export interface TracingHarness {
  setUp(options: TracingOptions, env?: Record<string, string>): TracingHandle
  /** Makes spans named `span 0`, `span 1`, and so on. */
  spans(count: number, attributes?: Attributes): void
  /** What was said on stderr in this test. */
  readonly warnings: string[]
}

/** Call at the top of a test file. A test fails when a promise was rejected with nobody listening. */
export function tracingHarness(): TracingHarness {
  const handles: TracingHandle[] = []
  const warnings: string[] = []
  const rejections: unknown[] = []
  const onRejection = (reason: unknown): void => void rejections.push(reason)

  beforeAll(() => void process.on('unhandledRejection', onRejection))
  beforeEach(() => {
    vi.spyOn(console, 'warn').mockImplementation((line: string) => void warnings.push(line))
  })
  afterEach(async () => {
    for (const handle of handles.splice(0)) await handle.shutdown()
    sharedState().delete('telemetry.warnings')
    sharedState().delete('telemetry.exportFailure')
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
    warnings.length = 0
    expect(rejections).toEqual([])
  })
  afterAll(() => void process.off('unhandledRejection', onRejection))

  return {
    warnings,
    setUp(options, env = {}) {
      for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
      const handle = setUpTracing(options)
      handles.push(handle)
      return handle
    },
    spans(count, attributes = {}) {
      const tracer = trace.getTracer('test')
      for (let i = 0; i < count; i++) tracer.startSpan(`span ${i}`, { attributes }).end()
    },
  }
}
