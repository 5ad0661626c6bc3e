// One contestant of `autolog.mjs`, in a process and a folder of its own: an SDK over a fetch that answers at once, and
// whoever traces it. Asked over IPC to run a kind of call so often; answers with the microseconds of CPU of each.
const { createRequire } = require('node:module')
const { join } = require('node:path')

// The packages lie beside a copy of this file, and are none of the project's.
const load = createRequire(__filename)

const who = process.argv[2]

const CHUNKS = 200
const usage = { prompt_tokens: 11, completion_tokens: CHUNKS, total_tokens: 11 + CHUNKS }
const head = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'gpt-5-mini-2025-08-07', system_fingerprint: 'fp_1' }
const message = { role: 'assistant', content: 'Hello there, friend. '.repeat(20), refusal: null }
const choice = { index: 0, message, logprobs: null, finish_reason: 'stop' }
const whole = JSON.stringify({ ...head, object: 'chat.completion', choices: [choice], usage })
const event = (choices, extra = {}) =>
  `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices, ...extra })}\n\n`
const pieces = Array.from({ length: CHUNKS - 2 }, (_, i) =>
  event([{ index: 0, delta: { content: ` token${i}` }, logprobs: null, finish_reason: null }]),
)
const stream = [
  ...pieces,
  event([{ ...choice, message: undefined, delta: {} }]),
  event([], { usage }),
  'data: [DONE]\n\n',
].join('')

const answer = (text, type) => new Response(text, { headers: { 'content-type': type, 'x-request-id': 'req_1' } })
const fetch = async (_, { body }) =>
  body.includes('"stream":true') ? answer(stream, 'text/event-stream') : answer(whole, 'application/json')

let provider
let spans = 0

/** Spans end in a batch that goes nowhere, in the context that every Node program has. */
function setUp() {
  const { context, trace } = require('@opentelemetry/api')
  const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks')
  const { BasicTracerProvider, BatchSpanProcessor } = require('@opentelemetry/sdk-trace-base')
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const exporter = {
    export(batch, done) {
      spans += batch.length
      done({ code: 0 })
    },
    shutdown: async () => {},
    forceFlush: async () => {},
  }
  provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] })
  trace.setGlobalTracerProvider(provider)
  return provider
}

/** The least that a span of a call can be: begun, and ended when the answer or the stream is there. */
function spanOnly(OpenAI) {
  const { context, SpanKind, trace } = require('@opentelemetry/api')
  const { constructor } = new OpenAI({ apiKey: 'bench' }).chat.completions
  const { create } = constructor.prototype
  constructor.prototype.create = function (body, options) {
    const span = trace.getTracer('minimal').startSpan(`chat ${body.model}`, { kind: SpanKind.CLIENT })
    const promise = context.with(trace.setSpan(context.active(), span), () => create.call(this, body, options))
    return promise._thenUnwrap((result) => {
      if (!body.stream) {
        span.setAttributes({ 'gen_ai.response.id': result.id, 'gen_ai.usage.input_tokens': result.usage.prompt_tokens })
        span.end()
        return result
      }
      const { iterator } = result
      result.iterator = async function* () {
        try {
          yield* { [Symbol.asyncIterator]: () => iterator.call(this) }
        } finally {
          span.end()
        }
      }
      return result
    })
  }
}

const instrumented = (name) => () => {
  const tracerProvider = setUp()
  const { registerInstrumentations } = load('@opentelemetry/instrumentation')
  const { OpenAIInstrumentation, default: fallback } = load(name)
  registerInstrumentations({ instrumentations: [new (OpenAIInstrumentation ?? fallback)()], tracerProvider })
  return require('openai')
}

/** Each gives the SDK, traced its way. */
const contestants = {
  bare: () => require('openai'),
  'span only': () => {
    setUp()
    const OpenAI = require('openai')
    spanOnly(OpenAI)
    return OpenAI
  },
  'tracestitch, ES module': async () => {
    setUp()
    const { autolog } = await import('tracestitch')
    const OpenAI = require('openai')
    autolog()
    return OpenAI
  },
  'tracestitch, CommonJS': () => {
    setUp()
    const OpenAI = require('openai')
    require('tracestitch').autolog()
    return OpenAI
  },
  // Its index would load all of its instrumentations; these files are none of its exports.
  openlit() {
    const dist = join(__dirname, 'node_modules/openlit/dist')
    require(join(dist, 'config.js')).default.updateConfig({ applicationName: 'bench' })
    return instrumented(join(dist, 'instrumentation/openai/index.js'))()
  },
  '@traceloop/instrumentation-openai': instrumented('@traceloop/instrumentation-openai'),
  '@arizeai/openinference-instrumentation-openai': instrumented('@arizeai/openinference-instrumentation-openai'),
  '@opentelemetry/instrumentation-openai': instrumented('@opentelemetry/instrumentation-openai'),
  '@langfuse/openai': () => {
    setUp()
    const { observeOpenAI } = load('@langfuse/openai')
    const OpenAI = require('openai')
    return function (options) {
      return observeOpenAI(new OpenAI(options))
    }
  },
}

async function main() {
  const OpenAI = await contestants[who]()
  const openai = new OpenAI({ apiKey: 'bench', baseURL: 'http://127.0.0.1:1/v1', maxRetries: 0, fetch })
  const body = { model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Say hello to everybody, one by one.' }] }
  const kinds = {
    plain: () => openai.chat.completions.create(body),
    streamed: async () => {
      for await (const _ of await openai.chat.completions.create({ ...body, stream: true })) void _
    },
  }
  process.on('message', async ({ kind, calls }) => {
    const before = process.cpuUsage()
    for (let i = 0; i < calls; i++) await kinds[kind]()
    const { user, system } = process.cpuUsage(before)
    process.send({ us: (user + system) / calls })
  })
  process.on('disconnect', () => process.exit(0))
  for (const run of Object.values(kinds)) await run()
  await provider?.forceFlush()
  // Whoever makes no span of each call is no contestant.
  if (provider && spans < 2) throw new Error(`it made ${spans} spans of 2 calls`)
  process.send({ ready: true, chunks: CHUNKS })
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
