import { ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { afterEach, describe, expect, it } from 'vitest'
import { ConsoleTreeProcessor } from '../../src/telemetry/export/console-exporter.js'
import * as semconv from '../../src/telemetry/semconv.js'
import type { TreeSpan } from '../../src/telemetry/export/span-tree.js'
import { renderTree } from '../../src/telemetry/export/tree.js'
import { holdTime } from '../support/held-time.js'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'

function span(
  spanId: string,
  parentSpanId: string | undefined,
  name: string,
  startMs: number,
  endMs: number,
  rest: Partial<TreeSpan> = {},
): TreeSpan {
  return {
    traceId: TRACE,
    spanId,
    parentSpanId,
    name,
    startMs,
    endMs,
    attributes: {},
    status: { code: 'unset' },
    ...rest,
  }
}

const AGENT_RUN: readonly TreeSpan[] = [
  span('a', undefined, 'invoke_agent planner', 0, 2_514),
  span('b', 'a', 'chat gpt-5.4', 2, 820, {
    attributes: {
      [semconv.RESPONSE_MODEL]: 'gpt-5.4-2026-03-05',
      [semconv.USAGE_INPUT_TOKENS]: 12_024,
      [semconv.USAGE_CACHE_READ]: 11_008,
      [semconv.USAGE_OUTPUT_TOKENS]: 128,
      [semconv.USAGE_COST]: 0.00312,
      [semconv.RESPONSE_FINISH_REASONS]: ['tool_calls'],
    },
  }),
  span('c', 'a', 'execute_tool search', 821, 833),
  span('d', 'c', 'GET /search', 821.1, 821.4),
  span('e', 'a', 'chat claude-sonnet-4-6', 834, 1_200, {
    status: { code: 'error', message: 'rate_limit_error' },
    attributes: {
      [semconv.REQUEST_MODEL]: 'claude-sonnet-4-6',
      [semconv.ERROR_TYPE]: 'rate_limit_error',
      [semconv.HTTP_STATUS]: 429,
    },
  }),
  span('f', 'a', 'chat gpt-5.4', 1_300, 2_510, {
    attributes: {
      [semconv.REQUEST_MODEL]: 'gpt-5.4',
      [semconv.USAGE_INPUT_TOKENS]: 14,
      [semconv.USAGE_OUTPUT_TOKENS]: 2,
      [semconv.USAGE_COST]: 0.0000123,
      [semconv.RESPONSE_FINISH_REASONS]: ['stop', 'stop'],
    },
  }),
]

describe('the tree', () => {
  it('draws an agent run', () => {
    expect(renderTree(AGENT_RUN)).toMatchInlineSnapshot(`
      "trace 4bf92f3577b34da6a3ce929d0e0e4736  2.51s  12,038 → 130 tokens  $0.00313
      invoke_agent planner       2.51s
      ├─ chat gpt-5.4            818ms  12,024 (11,008 cached) → 128 tokens    $0.00312  tool_calls · gpt-5.4-2026-03-05
      ├─ execute_tool search      12ms
      │  └─ GET /search           <1ms
      ├─ chat claude-sonnet-4-6  366ms                                                   ✗ rate_limit_error 429
      └─ chat gpt-5.4            1.21s                        14 → 2 tokens  $0.0000123  stop
      "
    `)
  })

  it('counts a call once that a gateway below it reports too', () => {
    const used = { [semconv.USAGE_INPUT_TOKENS]: 100, [semconv.USAGE_OUTPUT_TOKENS]: 10 }
    const priced = { ...used, [semconv.USAGE_COST]: 0.5 }
    const spans = [
      span('a', undefined, 'invoke_agent a', 0, 90),
      span('b', 'a', 'chat m', 5, 80, { attributes: used }),
      span('c', 'b', 'POST /v1', 7, 70),
      span('d', 'c', 'chat m', 8, 60, { attributes: priced }),
      span('e', 'a', 'chat m', 81, 85, { attributes: priced }),
    ]
    expect(renderTree(spans)).toMatch(/^trace \w+  90ms  200 → 20 tokens  \$1\.00\n/)
    const unknown = span('f', 'a', 'chat m', 86, 89, { attributes: used })
    expect(renderTree([...spans, unknown])).toMatch(/^trace \w+  90ms  300 → 30 tokens  ≥ \$1\.00\n/)
  })

  it.each([
    [0, '$0'],
    [12.345, '$12.35'],
    [0.5, '$0.500'],
    [0.0312, '$0.0312'],
    [0.000106, '$0.000106'],
    [0.0000123, '$0.0000123'],
    [1e-15, '$0.000000000000'],
    [Number.NaN, ''],
  ])('writes %d dollars as %j', (usd, text) => {
    const line = renderTree([span('a', undefined, 'chat m', 0, 9, { attributes: { [semconv.USAGE_COST]: usd } })])
    expect(line.split('\n')[1]?.trimEnd()).toBe(`chat m  9ms${text && '  '}${text}`)
  })

  it('shows the time to the first chunk, and the model if the name does not have it', () => {
    const attributes = {
      [semconv.REQUEST_MODEL]: 'smart',
      [semconv.RESPONSE_MODEL]: 'gpt-5.4',
      [semconv.RESPONSE_TIME_TO_FIRST_CHUNK]: 0.1204,
      [semconv.RESPONSE_FINISH_REASONS]: ['stop'],
    }
    const text = renderTree([span('a', undefined, 'chat smart', 0, 900, { attributes })])
    expect(text).toContain('chat smart  900ms  stop · gpt-5.4 · first chunk 120ms\n')
  })

  it.each([72, 80, 100, 120])('fits %i columns by cutting remarks, services and names, in this order', (width) => {
    const attributes = {
      [semconv.USAGE_INPUT_TOKENS]: 12,
      [semconv.USAGE_OUTPUT_TOKENS]: 3,
      [semconv.RESPONSE_MODEL]: 'a-model-with-a-very-long-name-2026-03-05',
      [semconv.RESPONSE_FINISH_REASONS]: ['content_filter'],
    }
    const rest = { attributes, service: 'a-service-with-a-long-name' }
    const text = renderTree(
      [
        span('a', undefined, 'invoke_agent planner', 0, 900, { service: 'shop' }),
        span('b', 'a', 'chat a-rather-long-alias-of-the-program', 0, 900, rest),
      ],
      { width },
    )
    const longest = Math.max(...text.split('\n').map((line) => [...line].length))
    expect(longest).toBeLessThanOrEqual(width)
    expect(text).toContain('12 → 3 tokens')
    expect(text).toContain('…')
    expect(text.includes('chat a-rather-long-alias-of-the-program')).toBe(width >= 100)
  })

  it('draws the same whatever the order of the spans', () => {
    expect(renderTree([...AGENT_RUN].reverse())).toBe(renderTree(AGENT_RUN))
  })

  it('names the services when there are several', () => {
    const spans = [
      span('a', undefined, 'chat m', 0, 90, { service: 'shop' }),
      span('b', 'a', 'POST /v1/chat/completions', 5, 80, { service: 'gateway' }),
      span('c', 'b', 'chat m', 7, 70, { service: 'gateway' }),
    ]
    expect(renderTree(spans)).toMatchInlineSnapshot(`
      "trace 4bf92f3577b34da6a3ce929d0e0e4736  90ms
      chat m                        shop     90ms
      └─ POST /v1/chat/completions  gateway  75ms
         └─ chat m                  gateway  63ms
      "
    `)
  })

  it('draws each trace separately, and a span without its parent as a root', () => {
    const text = renderTree([
      span('a', undefined, 'one', 0, 1),
      span('b', 'gone', 'orphan', 5, 6),
      span('c', undefined, 'two', 0, 1, { traceId: 'f'.repeat(32) }),
    ])
    expect(text).toMatchInlineSnapshot(`
      "trace 4bf92f3577b34da6a3ce929d0e0e4736  6ms
      one     1ms
      orphan  1ms

      trace ffffffffffffffffffffffffffffffff  1ms
      two  1ms
      "
    `)
  })

  it('draws a ring of spans once each', () => {
    const text = renderTree([span('a', 'b', 'one', 0, 1), span('b', 'a', 'two', 0, 1), span('c', 'c', 'self', 0, 1)])
    expect(text.match(/one|two|self/g)?.sort()).toEqual(['one', 'self', 'two'])
  })

  it('cuts long names, and lets no control character through', () => {
    const text = renderTree([span('a', undefined, `\u001b[2J\n${'x'.repeat(500)}`, 0, 1)])
    expect(text.split('\n')).toHaveLength(3)
    expect(text).not.toContain('\u001b')
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(80)
    expect(text).toContain('…')
  })

  it('uses colours only when asked, and the text is the same', () => {
    const plain = renderTree(AGENT_RUN)
    const colored = renderTree(AGENT_RUN, { color: true })
    expect(plain).not.toContain('\u001b')
    expect(colored).toContain('\u001b[31m')
    // eslint-disable-next-line no-control-regex -- removing colours is the test
    expect(colored.replace(/\u001b\[\d+m/g, '').replace(/ +$/gm, '')).toBe(plain)
  })

  it('is empty for no spans', () => {
    expect(renderTree([])).toBe('')
  })
})

describe('the console exporter', () => {
  const time = holdTime()
  const processors: ConsoleTreeProcessor[] = []
  afterEach(async () => {
    for (const processor of processors.splice(0)) await processor.shutdown()
  })

  function setUp(options: { isTTY?: boolean; env?: Record<string, string>; graceMs?: number } = {}) {
    const written: string[] = []
    const { isTTY = false, env = {}, graceMs = 10 } = options
    const processor = new ConsoleTreeProcessor({ stream: { isTTY, write: (text) => written.push(text) }, env, graceMs })
    processors.push(processor)
    const provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'shop' }),
      spanProcessors: [processor],
    })
    return { processor, written, tracer: provider.getTracer('test') }
  }

  it('prints a trace once, when its root has ended, with spans that end a little later', async () => {
    const { tracer, written } = setUp({ graceMs: 40 })
    const root = tracer.startSpan('root')
    const child = tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, root))
    const late = tracer.startSpan('late', {}, trace.setSpan(ROOT_CONTEXT, root))
    child.end()
    await time.advance(60)
    expect(written).toEqual([])
    root.end()
    late.end()
    await time.advance(80)
    expect(written).toHaveLength(1)
    expect(written[0]).toMatch(/root .*\n├─ child .*\n└─ late /)
  })

  it('prints a span that ends long after its root', async () => {
    const { tracer, written } = setUp({ graceMs: 5 })
    const root = tracer.startSpan('root')
    const late = tracer.startSpan('late', {}, trace.setSpan(ROOT_CONTEXT, root))
    root.end()
    await time.advance(30)
    late.end()
    await time.advance(30)
    expect(written).toEqual([expect.stringContaining('root'), expect.stringContaining('late')])
  })

  it('treats a span with a parent in another process as a root', async () => {
    const { tracer, written } = setUp({ graceMs: 5 })
    const remote = { traceId: TRACE, spanId: '00f067aa0ba902b7', traceFlags: TraceFlags.SAMPLED, isRemote: true }
    tracer.startSpan('served', {}, trace.setSpanContext(ROOT_CONTEXT, remote)).end()
    await time.advance(30)
    expect(written).toEqual([expect.stringContaining(`trace ${TRACE}`)])
  })

  it('prints at once on flush', async () => {
    const { tracer, written, processor } = setUp({ graceMs: 10_000 })
    tracer.startSpan('root').end()
    await processor.forceFlush()
    expect(written).toHaveLength(1)
    expect(processor.pending).toBe(0)
  })

  it.each([
    [true, {}, true],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [false, {}, false],
  ])('terminal %s and %j: colours %s', async (isTTY, env, colored) => {
    const { tracer, written, processor } = setUp({ isTTY, env })
    tracer.startSpan('root').end()
    await processor.forceFlush()
    expect(written.join('').includes('\u001b[')).toBe(colored)
  })

  it('keeps a bounded number of spans of traces that never end', () => {
    const { tracer, written, processor } = setUp()
    for (let i = 0; i < 3_000; i++) {
      const root = tracer.startSpan(`open ${i}`)
      tracer.startSpan(`child ${i}`, {}, trace.setSpan(ROOT_CONTEXT, root)).end()
    }
    expect(processor.pending).toBeLessThanOrEqual(2_000)
    expect(written.length).toBeGreaterThan(900)
  })
})
