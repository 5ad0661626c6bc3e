// Starts an agent and the gateway that it calls, each in a process of its own, takes the spans that both
// export, and prints the one trace they make. With a provider's key in the environment the gateway calls
// that provider; without one, a stand-in on this machine.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { renderTree, startOtlpReceiver } from 'tracestitch/testing'

const KNOWN = [
  { key: 'OPENAI_API_KEY', model: 'openai/gpt-5-mini' },
  { key: 'ANTHROPIC_API_KEY', model: 'anthropic/claude-haiku-4-5' },
  { key: 'GEMINI_API_KEY', model: 'gemini/gemini-2.5-flash' },
  { key: 'OPENROUTER_API_KEY', model: 'openrouter/openai/gpt-5-mini' },
  { key: 'GROQ_API_KEY', model: 'groq/llama-3.3-70b-versatile' },
  { key: 'MISTRAL_API_KEY', model: 'mistral/mistral-small-latest' },
]

const children = new Set()
for (const [signal, code] of Object.entries({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 })) {
  process.on(signal, () => abandon(code))
}

const receiver = await startOtlpReceiver()
try {
  process.exitCode = await run()
} catch (error) {
  console.error(`The demo failed: ${error.message}`)
  process.exitCode = 1
} finally {
  for (const child of children) child.kill('SIGKILL')
  await receiver.close()
}

async function run() {
  const provider = await start('provider.mjs', 'provider')
  const gateway = await start('gateway.mjs', 'gateway', { DEMO_CLIENT: JSON.stringify(clientOptions(provider.origin)) })
  const agent = launch('agent.mjs', 'agent', {
    DEMO_GATEWAY: gateway.origin,
    DEMO_BROKEN: `${provider.origin}/broken/v1`,
  })
  const agentCode = await ended(agent)
  await finish(gateway.child)
  return show(receiver.spans) && agentCode === 0 ? 0 : 1
}

/** What the gateway serves the models from that the agent asks for. */
function clientOptions(standIn) {
  const real = KNOWN.filter(({ key }) => process.env[key])
  const [first] = real
  if (!first) {
    console.log('Provider: a stand-in on this machine. Set OPENAI_API_KEY, or the key of another, for a real one.\n')
    return {
      models: { 'gpt-5-mini': 'openai/gpt-5-mini', 'claude-haiku-4-5': 'anthropic/claude-haiku-4-5' },
      providers: {
        openai: { baseURL: `${standIn}/v1`, apiKey: 'demo' },
        anthropic: { baseURL: standIn, apiKey: 'demo' },
      },
    }
  }
  const claude = real.find(({ model }) => model.startsWith('anthropic/')) ?? first
  console.log(
    `Provider: ${[...new Set([first, claude])].map(({ key, model }) => `${model} (${key} is set)`).join(', ')}\n`,
  )
  return { models: { 'gpt-5-mini': first.model, 'claude-haiku-4-5': claude.model } }
}

function show(spans) {
  const color = process.stdout.isTTY === true && !process.env.NO_COLOR
  console.log(`\n${renderTree(spans, { color, width: process.stdout.columns ?? 120 })}`)
  const traces = new Set(spans.map((span) => span.traceId)).size
  const services = [...new Set(spans.map((span) => span.service))].join(' and ')
  if (traces === 0) console.log('No spans arrived.')
  else console.log(`${spans.length} spans from ${services}, in ${traces === 1 ? 'one trace' : `${traces} traces`}.`)
  return traces === 1
}

function launch(file, service, env = {}) {
  // Tracing set up for other programs, and a proxy for plain HTTP, would lead away from this machine.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(OTEL|LANGCHAIN|LANGSMITH)_|^http_proxy$/i.test(name),
  )
  const tracing = { OTEL_SERVICE_NAME: service, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }
  const child = fork(new URL(file, import.meta.url), {
    env: { ...Object.fromEntries(inherited), ...tracing, ...env },
  })
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}

/** Starts a server and waits for its port. */
async function start(file, service, env) {
  const child = launch(file, service, env)
  const failed = ended(child).then((code) => Promise.reject(new Error(`${file} ended with code ${code}`)))
  const [{ port }] = await Promise.race([once(child, 'message'), failed])
  // It may end at any time from now on; the agent's calls tell.
  failed.catch(() => {})
  return { child, origin: `http://127.0.0.1:${port}` }
}

async function ended(child) {
  const [code, signal] = await once(child, 'exit')
  // Ctrl-C reaches every process of the terminal, this one perhaps last.
  if (signal === 'SIGINT') abandon(130)
  return code
}

/** Lets a server send its spans and end. */
async function finish(child) {
  if (!children.has(child)) return
  const exit = once(child, 'exit')
  child.send('stop')
  await exit
}

function abandon(code) {
  for (const child of children) child.kill('SIGKILL')
  process.exit(code)
}
