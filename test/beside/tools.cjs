/**
 * Tools that trace the same SDKs, each set up as its documentation says. `spans` gives what the tool traced, as far as its
 * own format says a name, attributes and whether it failed.
 */
const { once } = require('node:events')
const { createServer } = require('node:http')
const { need } = require('./need.cjs')
const { startSentry } = require('./sentry.cjs')

/** The limit is that of the process. */
async function until(holds) {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

function registerSdk2(memory) {
  const { NodeTracerProvider, SimpleSpanProcessor } = need('@opentelemetry/sdk-trace-node')
  new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] }).register()
}

function registerSdk3(exporter) {
  const { context, trace } = need('@opentelemetry/api')
  const { AsyncLocalStorageContextManager } = need('@opentelemetry/context-async-hooks')
  const { SimpleSpanProcessor, TracerProvider } = need('@opentelemetry/sdk-trace')
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
}

/** One that makes OpenTelemetry spans, on a provider that the program registers. */
function overOtel({ instrumentations, register = registerSdk2, ...rest }) {
  let memory
  return {
    setUp() {
      const { InMemorySpanExporter } = need('@opentelemetry/sdk-trace-base')
      const { registerInstrumentations } = need('@opentelemetry/instrumentation')
      memory = new InMemorySpanExporter()
      register(memory)
      registerInstrumentations({ instrumentations: instrumentations() })
      // They see the SDK load.
      need('openai')
    },
    otel: () => memory.getFinishedSpans(),
    spans: () =>
      memory
        .getFinishedSpans()
        .map(({ name, attributes, status, instrumentationScope }) => ({
          name,
          scope: instrumentationScope.name,
          attributes,
          failed: status.code === 2,
        }))
        // Not ours, nor those that an SDK makes by itself, which autolog() turns off.
        .filter(({ scope }) => scope !== 'tracestitch' && !scope.startsWith('com.anthropic')),
    ...rest,
  }
}

function sentry(load, options) {
  let started
  return {
    setUp() {
      started = startSentry(load, options)
    },
    settled: () => started.settled(),
    spans: () =>
      started.transactions
        .flatMap(({ contexts: { trace }, transaction, spans }) => [
          { name: transaction, scope: trace.origin, attributes: trace.data, failed: trace.status !== 'ok' },
          ...spans.map(({ description, origin, data, status }) => ({
            name: description,
            scope: origin,
            attributes: data,
            failed: status !== 'ok',
          })),
        ])
        .filter(({ attributes }) => attributes?.['gen_ai.operation.name'] !== undefined),
  }
}

/** A server that takes what an agent of Datadog takes. */
async function listen(receive) {
  const server = createServer((request, response) => {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      receive(request.url, Buffer.concat(chunks))
      response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  server.unref()
  return `http://127.0.0.1:${server.address().port}`
}

const runs = []
let rows = []
let background
const bodies = []

function contrib() {
  const { OpenAIInstrumentation } = need('@opentelemetry/instrumentation-openai')
  return [new OpenAIInstrumentation()]
}

module.exports = {
  contrib: overOtel({ instrumentations: contrib }),
  // On version 3 of the SDK.
  'contrib-sdk3': overOtel({ register: registerSdk3, instrumentations: contrib }),
  openinference: overOtel({
    anthropic: true,
    instrumentations() {
      const { OpenAIInstrumentation } = need('@arizeai/openinference-instrumentation-openai')
      const { AnthropicInstrumentation } = need('@arizeai/openinference-instrumentation-anthropic')
      return [new OpenAIInstrumentation(), new AnthropicInstrumentation()]
    },
  }),
  traceloop: overOtel({
    anthropic: true,
    instrumentations() {
      const { OpenAIInstrumentation } = need('@traceloop/instrumentation-openai')
      const { AnthropicInstrumentation } = need('@traceloop/instrumentation-anthropic')
      return [new OpenAIInstrumentation(), new AnthropicInstrumentation()]
    },
  }),
  langfuse: overOtel({
    instrumentations: () => [],
    openai: (made) => need('@langfuse/openai').observeOpenAI(made),
  }),
  langsmith: {
    setUp() {
      const { Client } = need('langsmith')
      this.client = new Client({ apiUrl: 'http://127.0.0.1:9', apiKey: 'k', autoBatchTracing: false })
      this.client.createRun = async ({ id, name }) => void runs.push({ id, name })
      this.client.updateRun = async (id, { error }) =>
        void Object.assign(runs.find((run) => run.id === id) ?? {}, { failed: error !== undefined })
    },
    openai: (made) =>
      need('langsmith/wrappers').wrapOpenAI(made, { client: module.exports.langsmith.client, tracingEnabled: true }),
    settled: () => until(() => runs.every(({ failed }) => failed !== undefined)),
    spans: () => runs.map(({ name, failed }) => ({ name, failed })),
  },
  braintrust: {
    anthropic: (made) => need('braintrust').wrapAnthropic(made),
    async setUp() {
      const { _exportsForTestingOnly: testing, initLogger } = need('braintrust')
      testing.setInitialTestState()
      await testing.simulateLoginForTests()
      background = testing.useTestBackgroundLogger()
      initLogger({ projectName: 'beside', projectId: 'p' })
    },
    openai: (made) => need('braintrust').wrapOpenAI(made),
    async settled() {
      await background.flush()
      rows = await background.drain()
    },
    spans: () => rows.map(({ span_attributes: { name }, error }) => ({ name, failed: error !== undefined })),
  },
  sentry10: sentry(() => need('sentry-v10')),
  // Version 11 makes spans without OpenTelemetry unless it is told to.
  sentry11: sentry(() => need('@sentry/node'), { traceLifecycle: 'static' }),
  'sentry11-otel': sentry(() => need('@sentry/node'), { traceLifecycle: 'static', enableOpenTelemetrySetup: true }),
  datadog: {
    anthropic: true,
    async setUp() {
      const url = await listen((path, body) => path.includes('/traces') && bodies.push(body.toString('latin1')))
      Object.assign(process.env, {
        DD_TRACE_AGENT_URL: url,
        DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
        DD_REMOTE_CONFIGURATION_ENABLED: 'false',
      })
      need('dd-trace').init({ startupLogs: false, flushInterval: 0 })
    },
    // All calls of the program.
    settled: () => until(() => module.exports.datadog.spans().length >= 10),
    // MessagePack, in which texts stand as they are.
    spans: () =>
      bodies.flatMap((body) =>
        [...body.matchAll(/name.((?:openai|anthropic)\.request)/gs)].map(([, name]) => ({ name })),
      ),
  },
}
