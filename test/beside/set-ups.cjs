/**
 * A program that sets OpenTelemetry up in its own way: `node set-ups.cjs <set-up> <order> <copy>`. Prints one line of JSON:
 * the spans that its set-up exported.
 */
const Module = require('node:module')
const { API_COPY: apiCopy } = process.env
if (apiCopy) {
  // All of the program but tracestitch has the copy.
  const resolve = Module._resolveFilename
  Module._resolveFilename = function (request, parent, ...rest) {
    const isCopied = request === '@opentelemetry/api' && parent?.filename?.startsWith(__dirname)
    return isCopied ? apiCopy : resolve.call(this, request, parent, ...rest)
  }
}
const { trace } = require('@opentelemetry/api')
const { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-node')
const { startSentry } = require('./sentry.cjs')

const [name, order, copy] = process.argv.slice(2)
const { PROVIDER_ORIGIN: origin, TRACESTITCH_ELSEWHERE: elsewhere } = process.env
const baseURL = `${origin}/${name}-${order}-${copy}/ok/v1`

const memory = new InMemorySpanExporter()
const exported = () =>
  memory.getFinishedSpans().map((span) => ({
    name: span.name,
    id: span.spanContext().spanId,
    parent: span.parentSpanContext?.spanId,
    trace: span.spanContext().traceId,
  }))

/** Of a Sentry: what `run` does is a transaction. */
function sentry(load, options) {
  let started
  return {
    start() {
      started = startSentry(load, options)
    },
    async spans() {
      await started.settled()
      return started.transactions.flatMap(({ transaction, contexts, spans }) =>
        [{ ...contexts.trace, description: transaction }, ...spans].map((span) => ({
          name: span.description,
          id: span.span_id,
          parent: span.parent_span_id,
          trace: span.trace_id,
        })),
      )
    },
  }
}

const setUps = {
  NodeSDK: {
    start() {
      const { NodeSDK } = require('@opentelemetry/sdk-node')
      new NodeSDK({ serviceName: 'app', spanProcessors: [new SimpleSpanProcessor(memory)] }).start()
    },
    spans: exported,
  },
  'register()': {
    start: () => new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] }).register(),
    spans: exported,
  },
  '@vercel/otel': {
    start() {
      const { registerOTel } = require('@vercel/otel')
      registerOTel({ serviceName: 'app', spanProcessors: [new SimpleSpanProcessor(memory)], instrumentations: [] })
    },
    spans: exported,
  },
  'Sentry 10': sentry(() => require('sentry-v10')),
  'Sentry 11': sentry(() => require('@sentry/node'), { traceLifecycle: 'static', enableOpenTelemetrySetup: true }),
}

/** As libraries do: a tracer from before any set-up. */
const early = trace.getTracer('app')

async function main() {
  const { autolog, createClient } = require(copy === 'the same' ? 'tracestitch' : elsewhere)
  const setUp = setUps[name]
  let log
  const steps = {
    setUp: () => setUp.start(),
    autolog: () => {
      log = autolog({ exporter: 'none' })
    },
  }
  for (const step of order === 'before' ? ['setUp', 'autolog'] : ['autolog', 'setUp']) await steps[step]()

  const { OpenAI } = require('openai')
  const body = { model: 'gpt-test', messages: [{ role: 'user', content: 'Say hello.' }] }
  const within = (tracer, called, step) =>
    tracer.startActiveSpan(called, async (span) => {
      await step()
      span.end()
    })
  await within(early, 'of an early tracer', () =>
    new OpenAI({ apiKey: 'k', baseURL, maxRetries: 0 }).chat.completions.create(body),
  )
  const ai = createClient({ providers: { openai: { apiKey: 'k', baseURL } } })
  await within(trace.getTracer('app', '2'), 'of a late tracer', () =>
    ai.chat.completions.create({ ...body, model: 'openai/gpt-test' }),
  )
  await log.flush()
  console.log(JSON.stringify({ spans: await setUp.spans(), mode: log.status.mode }))
  process.exit()
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
