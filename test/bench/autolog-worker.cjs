// One contestant of `autolog.mjs`, in a process and a folder of its own: an SDK over answers that are there at once, and whoever traces
// it. Asked over IPC to run a kind of call so often; answers with the microseconds of CPU of each.
const { createRequire } = require('node:module')
const { join } = require('node:path')
const { CHUNKS, SDKS } = require('./autolog-sdks.cjs')

// The packages lie beside a copy of this file, and are none of the project's.
const load = createRequire(__filename)

const [, , which, who] = process.argv
const sdk = SDKS[which]

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

/** The least that a span of a call of `openai` can be: begun, and ended when the answer or the stream is there. */
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

/** By an instrumentation of OpenTelemetry's kind, which is told of the SDK when it loads. */
function instrumented(name) {
  const tracerProvider = setUp()
  const { registerInstrumentations } = load('@opentelemetry/instrumentation')
  const exported = load(name)
  const [, Instrumentation = exported.default] =
    Object.entries(exported).find(([key]) => key.endsWith('Instrumentation')) ?? []
  registerInstrumentations({ instrumentations: [new Instrumentation()], tracerProvider })
  return load(sdk.package)
}

/** Each gives the SDK, traced its way. Any other name is that of an instrumentation. */
const contestants = {
  bare: () => load(sdk.package),
  'span only'() {
    setUp()
    const OpenAI = load(sdk.package)
    spanOnly(OpenAI)
    return OpenAI
  },
  async 'tracestitch, ES module'() {
    setUp()
    const { autolog } = await import('tracestitch')
    const module = load(sdk.package)
    autolog()
    return module
  },
  'tracestitch, CommonJS'() {
    setUp()
    const module = load(sdk.package)
    require('tracestitch').autolog()
    return module
  },
  // Its index would load all of its instrumentations; these files are none of its exports.
  openlit() {
    const dist = join(__dirname, 'node_modules/openlit/dist')
    require(join(dist, 'config.js')).default.updateConfig({ applicationName: 'bench' })
    return instrumented(join(dist, `instrumentation/${which}/index.js`))
  },
  '@langfuse/openai'() {
    setUp()
    const { observeOpenAI } = load('@langfuse/openai')
    const OpenAI = load(sdk.package)
    return function (options) {
      return observeOpenAI(new OpenAI(options))
    }
  },
}

async function main() {
  const module = await (contestants[who] ?? instrumented)(who)
  const kinds = sdk.make(module)
  process.on('message', async ({ kind, calls }) => {
    const before = process.cpuUsage()
    for (let i = 0; i < calls; i++) await kinds[kind]()
    const { user, system } = process.cpuUsage(before)
    process.send({ us: (user + system) / calls })
  })
  process.on('disconnect', () => process.exit(0))
  const seen = []
  for (const run of Object.values(kinds)) {
    await run()
    await provider?.forceFlush()
    seen.push(spans)
  }
  // Whoever makes no span of each call is no contestant.
  if (provider && !(seen[0] > 0 && seen[1] > seen[0]))
    throw new Error(`of a plain and a streamed call it made ${seen[0]} and ${seen[1] - seen[0]} spans`)
  process.send({ ready: true, chunks: CHUNKS })
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
