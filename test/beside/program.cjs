/**
 * A program that calls models beside other tools: `node program.cjs <tools> <order>`, from the folder whose packages it uses. Prints one line of JSON: what the
 * program got, what the tool traced, what `autolog()` traced, and what neither may cause.
 */
const { need } = require('./need.cjs')
const tools = require('./tools.cjs')
const { InMemorySpanExporter } = need('@opentelemetry/sdk-trace-base')
const { z } = need('zod')
const { zodResponseFormat } = need('openai/helpers/zod')

const [name, order] = process.argv.slice(2)
const { PROVIDER_ORIGIN: origin } = process.env
/** One tool, or several that are joined by `+`. */
const chosen = name.split('+').map((one) => tools[one])
const wrapped = (client, wrap) =>
  chosen.reduce((made, tool) => (tool[wrap] instanceof Function ? tool[wrap](made) : made), client)
const messages = [{ role: 'user', content: 'Say hello.' }]
const Answer = z.object({ answer: z.string() })

const unhandled = []
process.on('unhandledRejection', (reason) => unhandled.push(String(reason)))

const own = new InMemorySpanExporter()
const isOurs = (span) => span.instrumentationScope.name === 'tracestitch'

async function main() {
  let log
  const setUps = {
    tool: async () => {
      for (const tool of chosen) await tool.setUp()
    },
    autolog: () => {
      log = need('tracestitch').autolog({ exporter: own })
    },
  }
  // Alone: what the program gets, and the tool sees, without us.
  for (const step of { alone: ['tool'], before: ['tool', 'autolog'], after: ['autolog', 'tool'] }[order])
    await setUps[step]()

  const hasAnthropic = chosen.some((tool) => tool.anthropic)
  const results = {}
  for (const [sdk, calls] of Object.entries(hasAnthropic ? { openai, anthropic } : { openai }))
    for (const [kind, call] of Object.entries(calls)) results[`${sdk} ${kind}`] = await outcome(() => call(kind))
  await log?.flush()
  for (const tool of chosen) await tool.settled?.()

  // Once nothing is left to do, so that what others forget has been seen to.
  process.once('beforeExit', () => {
    const spans = [...own.getFinishedSpans(), ...chosen.flatMap((tool) => tool.otel?.() ?? [])]
    const report = log?.report.filter(({ status }) => status !== 'pending')
    const { mode } = log?.status ?? {}
    const ours = spans.filter(isOurs).map(described)
    const theirs = chosen.flatMap((tool) => tool.spans())
    process.stdout.write(`${JSON.stringify({ results, unhandled, ours, theirs, report, mode })}\n`)
    process.exit()
  })
}

function described({ name, attributes, status }) {
  return { name, attributes, failed: status.code === 2 }
}

async function outcome(step) {
  try {
    return { value: await step() }
  } catch (error) {
    return { error: { name: error?.constructor?.name, status: error?.status, message: String(error?.message) } }
  }
}

const behaviours = { error: 'error-400' }
const path = (sdk, kind) => `${origin}/${name}-${order}-${sdk}-${kind}/${behaviours[kind] ?? 'ok'}`
const common = { apiKey: 'k', maxRetries: 0 }
const client = (kind) => {
  const { OpenAI } = need('openai')
  return wrapped(new OpenAI({ ...common, baseURL: `${path('openai', kind)}/v1` }), 'openai')
}
const claude = (kind) => {
  const { Anthropic } = need('@anthropic-ai/sdk')
  return wrapped(new Anthropic({ ...common, baseURL: path('anthropic', kind) }), 'anthropic')
}

async function chunksOf(stream) {
  const chunks = []
  for await (const chunk of stream) chunks.push(chunk)
  return chunks
}

// The model tells the calls apart.
const body = (kind) => ({ model: `gpt-${kind}`, messages })
const openai = {
  plain: (kind) => client(kind).chat.completions.create(body(kind)),
  stream: async (kind) =>
    chunksOf(
      await client(kind).chat.completions.create({
        ...body(kind),
        stream: true,
        stream_options: { include_usage: true },
      }),
    ),
  error: (kind) => client(kind).chat.completions.create(body(kind)),
  parse: (kind) =>
    client(kind).chat.completions.parse({ ...body(kind), response_format: zodResponseFormat(Answer, 'answer') }),
  embeddings: (kind) => client(kind).embeddings.create({ model: `gpt-${kind}`, input: 'Hello' }),
  responses: (kind) => client(kind).responses.create({ model: `gpt-${kind}`, input: 'Say hello.' }),
}
const ask = (kind) => ({ model: `claude-${kind}`, max_tokens: 9, messages })
const anthropic = {
  plain: (kind) => claude(kind).messages.create(ask(kind)),
  stream: async (kind) => chunksOf(await claude(kind).messages.create({ ...ask(kind), stream: true })),
  error: (kind) => claude(kind).messages.create(ask(kind)),
  helper: (kind) => claude(kind).messages.stream(ask(kind)).finalMessage(),
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
