/** OpenTelemetry metrics of calls and attempts, read by a real meter provider. */
import { metrics, trace } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type MetricData,
} from '@opentelemetry/sdk-metrics'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createClient, type ClientOptions } from '../../src/index.js'
import { startCall } from '../../src/telemetry/spans/call.js'
import { metering } from '../../src/telemetry/metrics.js'
import { faults } from '../../src/kernel/guard.js'
import { faultPair, messages, text } from '../client/fault-pair.js'
import { sendJson } from '../client/fault-server.js'
import { spanHarness } from './span-harness.js'

const pair = faultPair()
const harness = spanHarness()
let exporter: InMemoryMetricExporter
let provider: MeterProvider

beforeEach(() => {
  exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  provider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 })],
  })
  metrics.setGlobalMeterProvider(provider)
})
afterEach(async () => {
  metrics.disable()
  await provider.shutdown()
})

async function collect(): Promise<Record<string, MetricData>> {
  exporter.reset()
  await provider.forceFlush()
  const all = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
  return Object.fromEntries(all.map((metric) => [metric.descriptor.name, metric]))
}
/** Attributes of each point, with its sum. */
const pointsOf = (metric: MetricData | undefined): unknown[] =>
  (metric?.dataPoints ?? []).map(({ attributes, value }) => ({
    ...attributes,
    value: typeof value === 'number' ? value : value.sum,
  }))

type Distribution = { count: number; buckets: { boundaries: number[] } }

const clientFor = (options: ClientOptions = {}) =>
  createClient({
    providers: { bad: { baseURL: pair.bad.baseURL }, good: { baseURL: pair.good.baseURL } },
    models: { both: ['bad/m', 'good/m'] },
    retries: 0,
    timeout: { total: 3000 },
    ...options,
  })
const DURATION = 'gen_ai.client.operation.duration'
const TOKENS = 'gen_ai.client.token.usage'

test('a call that falls back is one duration, its tokens, two attempts and a cooldown', async () => {
  pair.bad.behave = (_, response) => sendJson(response, 429, {})
  await clientFor().chat.completions.create({ model: 'both', messages })
  const found = await collect()
  const call = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'good',
    'gen_ai.request.model': 'm',
    'gen_ai.response.model': 'gpt-4o-2024-08-06',
    'server.address': '127.0.0.1',
    'server.port': Number(new URL(pair.good.origin).port),
  }
  expect(pointsOf(found[DURATION])).toEqual([{ ...call, value: expect.any(Number) }])
  expect(pointsOf(found[TOKENS])).toEqual([
    { ...call, 'gen_ai.token.type': 'input', value: 1000 },
    { ...call, 'gen_ai.token.type': 'output', value: 100 },
  ])
  expect(pointsOf(found['tracestitch.client.attempts'])).toEqual([
    {
      'tracestitch.target': 'bad/m',
      'gen_ai.provider.name': 'bad',
      'tracestitch.attempt.outcome': 'rate-limit',
      value: 1,
    },
    { 'tracestitch.target': 'good/m', 'gen_ai.provider.name': 'good', 'tracestitch.attempt.outcome': 'ok', value: 1 },
  ])
  expect(pointsOf(found['tracestitch.client.cooldowns'])).toEqual([
    {
      'tracestitch.target': 'bad/m',
      'gen_ai.provider.name': 'bad',
      'tracestitch.cooldown.after': 'rate-limit',
      value: 1,
    },
  ])
})

test('costs add up; an unknown cost is not counted as zero', async () => {
  const ai = clientFor({ prices: { overrides: { 'good/m': { input: 0.1, output: 2 } } } })
  await ai.chat.completions.create({ model: 'good/m', messages })
  await text(await ai.chat.completions.create({ model: 'good/m', messages, stream: true }))
  await ai.chat.completions.create({ model: 'good/unpriced', messages })
  const { descriptor, ...cost } = (await collect())['tracestitch.client.cost'] as MetricData
  expect(descriptor.unit).toBe('{USD}')
  expect(pointsOf({ descriptor, ...cost } as MetricData)).toEqual([
    expect.objectContaining({ 'gen_ai.request.model': 'm', value: 0.0006 }),
  ])
})

test('units and buckets are those of the conventions, and seconds are seconds', async () => {
  const before = performance.now()
  await clientFor().chat.completions.create({ model: 'good/m', messages })
  const took = (performance.now() - before) / 1000
  const found = await collect()
  expect(found[DURATION]?.descriptor.unit).toBe('s')
  expect(found[TOKENS]?.descriptor.unit).toBe('{token}')
  const buckets = (name: string): unknown =>
    (found[name]?.dataPoints[0]?.value as Distribution | undefined)?.buckets.boundaries
  expect(buckets(DURATION)).toEqual([
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
  ])
  expect(buckets(TOKENS)).toEqual([
    1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
  ])
  const [{ value }] = pointsOf(found[DURATION]) as [{ value: number }]
  expect(value).toBeGreaterThan(0)
  expect(value).toBeLessThanOrEqual(took)
})

test('a call that fails has its error type, and no tokens', async () => {
  pair.bad.behave = (_, response) => sendJson(response, 400, { error: { message: 'no', code: 'bad_input' } })
  await expect(clientFor().chat.completions.create({ model: 'bad/m', messages })).rejects.toThrow('no')
  const found = await collect()
  expect(pointsOf(found[DURATION])).toMatchObject([{ 'gen_ai.provider.name': 'bad', 'error.type': 'bad_input' }])
  expect(found[TOKENS]).toBeUndefined()
  expect(pointsOf(found['tracestitch.client.attempts'])).toMatchObject([
    { 'tracestitch.attempt.outcome': 'bad-request' },
  ])
})

test('calls are measured whether or not a span is recorded', async () => {
  const recorded = trace.getTracerProvider()
  trace.disable()
  try {
    pair.bad.behave = (_, response) => sendJson(response, 500, {})
    await text(await clientFor().chat.completions.create({ model: 'both', messages, stream: true }))
  } finally {
    trace.setGlobalTracerProvider(recorded)
  }
  const found = await collect()
  expect(harness.spans()).toEqual([])
  expect(pointsOf(found[DURATION])).toMatchObject([{ 'gen_ai.provider.name': 'good', 'gen_ai.request.model': 'm' }])
  expect(pointsOf(found[TOKENS])).toMatchObject([{ value: 1000 }, { value: 100 }])
})

test('a call inside a call is measured once', async () => {
  const outer = startCall({ operation: 'chat', provider: 'p', model: 'm', request: undefined, baseURL: undefined })
  const inner = startCall({
    operation: 'chat',
    provider: 'p',
    model: 'm',
    request: undefined,
    baseURL: undefined,
    layer: 'sdk',
    parent: outer.context,
  })
  inner.end()
  outer.end()
  outer.end()
  const point = (await collect())[DURATION]?.dataPoints[0]
  expect((point?.value as Distribution | undefined)?.count).toBe(1)
})

test('attempt spans have their outcome', async () => {
  pair.bad.behave = (_, response) => sendJson(response, 500, {})
  await clientFor().chat.completions.create({ model: 'both', messages })
  const attempts = harness.spans().filter(({ name }) => name.startsWith('attempt '))
  expect(attempts.map(({ attributes }) => attributes['tracestitch.attempt.outcome'])).toEqual(['server', 'ok'])
})

test('a provider that is registered later is used, a removed one is not, and a broken one fails no call', async () => {
  metrics.disable()
  expect(metering()).toBe(false)
  const ai = clientFor()
  await ai.chat.completions.create({ model: 'good/m', messages })
  expect(await collect()).toEqual({})
  metrics.setGlobalMeterProvider(provider)
  await ai.chat.completions.create({ model: 'good/m', messages })
  expect(pointsOf((await collect())['tracestitch.client.attempts'])).toMatchObject([{ value: 1 }])
  metrics.disable()
  metrics.setGlobalMeterProvider({
    getMeter: () => {
      throw new Error('broken')
    },
  })
  const before = faults().count
  await ai.chat.completions.create({ model: 'good/m', messages })
  expect(faults().count).toBe(before + 1)
})
