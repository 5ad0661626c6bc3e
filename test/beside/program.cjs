/**
 * A program that calls models beside another tool: `node program.cjs <tool> <order>`. Prints one line of JSON: what the
 * program got, what the tool traced, what `autolog()` traced, and what neither may cause.
 */
const { InMemorySpanExporter } = require('@opentelemetry/sdk-trace-node')
const { z } = require('zod')
const { zodResponseFormat } = require('openai/helpers/zod')
const tools = require('./tools.cjs')

const [name, order] = process.argv.slice(2)
const { PROVIDER_ORIGIN: origin } = process.env
const tool = tools[name]
const messages = [{ role: 'user', content: 'Say hello.' }]
const Answer = z.object({ answer: z.string() })

const unhandled = []
process.on('unhandledRejection', (reason) => unhandled.push(String(reason)))

const own = new InMemorySpanExporter()
const isOurs = (span) => span.instrumentationScope.name === 'tracestitch'

async function main() {
  let log
  const setUps = {
    tool: () => tool.setUp(),
    autolog: () => {
      log = require('tracestitch').autolog({ exporter: own })
    },
  }
  // Alone: what the program gets, and the tool sees, without us.
  for (const step of { alone: ['tool'], before: ['tool', 'autolog'], after: ['autolog', 'tool'] }[order])
    await setUps[step]()

  const results = {}
  for (const [sdk, calls] of Object.entries(tool.anthropic ? { openai, anthropic } : { openai }))
    for (const [kind, call] of Object.entries(calls)) results[`${sdk} ${kind}`] = await outcome(() => call(kind))
  await log?.flush()
  await tool.settled?.()

  // Once nothing is left to do, so that what others forget has been seen to.
  process.once('beforeExit', () => {
    const spans = [...own.getFinishedSpans(), ...(tool.otel?.() ?? [])]
    const report = log?.report.filter(({ status }) => status !== 'pending')
    const { mode } = log?.status ?? {}
    const ours = spans.filter(isOurs).map(described)
    process.stdout.write(`${JSON.stringify({ results, unhandled, ours, theirs: tool.spans(), report, mode })}\n`)
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
  const { OpenAI } = require('openai')
  const made = new OpenAI({ ...common, baseURL: `${path('openai', kind)}/v1` })
  return tool.openai?.(made) ?? made
}
const claude = (kind) => {
  const { Anthropic } = require('@anthropic-ai/sdk')
  const made = new Anthropic({ ...common, baseURL: path('anthropic', kind) })
  return tool.anthropic === true ? made : tool.anthropic(made)
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
