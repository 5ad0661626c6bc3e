/**
 * Calls that two may measure: `node metrics.cjs <before|after> [ignore]`. Prints, for each metric and model, how many points
 * of it there are in all.
 */
const {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} = require('@opentelemetry/sdk-metrics')
const { InMemorySpanExporter } = require('@opentelemetry/sdk-trace-node')
const { metrics } = require('@opentelemetry/api')
const tools = require('./tools.cjs')

const [order, ignore] = process.argv.slice(2)
const { PROVIDER_ORIGIN: origin } = process.env

const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 600_000 })
const provider = new MeterProvider({ readers: [reader] })
metrics.setGlobalMeterProvider(provider)

async function main() {
  const options = { exporter: new InMemorySpanExporter(), ...(ignore && { foreignSpans: 'ignore' }) }
  const steps = [() => tools.contrib.setUp(), () => require('tracestitch').autolog(options)]
  for (const step of order === 'before' ? steps : steps.toReversed()) step()

  const { OpenAI } = require('openai')
  const client = (behaviour) =>
    new OpenAI({ apiKey: 'k', maxRetries: 0, baseURL: `${origin}/metrics-${order}/${behaviour}/v1` })
  const messages = [{ role: 'user', content: 'Say hello.' }]
  await client('ok').chat.completions.create({ model: 'plain', messages })
  const asked = { model: 'stream', messages, stream: true, stream_options: { include_usage: true } }
  for await (const _ of await client('ok').chat.completions.create(asked));
  await client('error-400')
    .chat.completions.create({ model: 'error', messages })
    .catch(() => undefined)
  await client('ok').embeddings.create({ model: 'embeddings', input: 'hello' })

  await provider.forceFlush()
  const counts = {}
  for (const { metrics: measured } of exporter.getMetrics().at(-1).scopeMetrics)
    for (const { descriptor, dataPoints } of measured)
      for (const { attributes, value } of dataPoints) {
        const key = [descriptor.name, attributes['gen_ai.request.model'], attributes['gen_ai.token.type']]
        const name = key.filter(Boolean).join(' ')
        counts[name] = (counts[name] ?? 0) + (value.count ?? 1)
      }
  process.stdout.write(`${JSON.stringify(counts)}\n`)
}

void main()
