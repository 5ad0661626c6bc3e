// Starts a provider, a gateway and an agent, each in a process of its own, takes the spans that all of
// them export, and prints the one trace they make. With a provider's key in the environment the gateway
// calls the real provider.
import { fork } from 'node:child_process'
import { renderTree, startOtlpReceiver } from 'tracestitch/testing'

const REAL = [
  { env: 'OPENAI_API_KEY', provider: 'openai', model: 'gpt-5-mini' },
  { env: 'ANTHROPIC_API_KEY', provider: 'anthropic', model: 'claude-haiku-4-5' },
  { env: 'GROQ_API_KEY', provider: 'groq', model: 'llama-3.3-70b-versatile' },
  { env: 'MISTRAL_API_KEY', provider: 'mistral', model: 'mistral-small-latest' },
]

const children = []
let stopping = false
process.on('SIGINT', () => stop(130))
process.on('SIGTERM', () => stop(143))

const receiver = await startOtlpReceiver()
const real = REAL.find(({ env }) => process.env[env])
const stand = await start('provider.mjs', {})
const gateway = await start('gateway.mjs', {
  DEMO_PROVIDER: JSON.stringify(real ? { provider: real.provider } : { provider: 'openai', baseURL: `${stand.origin}/v1` }),
})
console.log(real ? `Provider: ${real.provider} (${real.env} is set)\n` : 'Provider: a stand-in on this machine (set OPENAI_API_KEY for a real one)\n')

const agent = launch('agent.mjs', {
  DEMO_GATEWAY: gateway.origin,
  DEMO_BROKEN: `${stand.origin}/broken`,
  DEMO_MODEL: real?.model ?? 'gpt-5-mini',
})
const code = await new Promise((resolve) => agent.once('exit', (exit, signal) => resolve(exit ?? signal)))
if (stopping) await new Promise(() => {})
await finish(gateway.child)

const spans = receiver.spans()
console.log(`\n${renderTree(spans)}`)
const traces = new Set(spans.map((span) => span.traceId)).size
const processes = new Set(spans.map((span) => span.service)).size
console.log(`${spans.length} spans from ${processes} processes in ${traces === 1 ? 'one trace' : `${traces} traces`}`)
await stop(code === 0 && traces === 1 ? 0 : 1)

function launch(file, env) {
  const child = fork(new URL(file, import.meta.url), {
    env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...env },
  })
  children.push(child)
  return child
}

async function start(file, env) {
  const child = launch(file, env)
  const { port } = await new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', () => reject(new Error(`${file} did not start`)))
  })
  return { child, origin: `http://127.0.0.1:${port}` }
}

async function finish(child) {
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.send('stop')
  await exited
}

async function stop(exitCode) {
  if (stopping) return
  stopping = true
  for (const child of children) child.kill()
  await receiver.close()
  process.exit(exitCode)
}
