// What limits and budgets cost a call: CPU beside a client without any, on memory, and time beside it on a Redis of
// this machine (`REDIS_URL`, or 127.0.0.1:6379 when one answers there).
import { createClient } from 'tracestitch'
import { redisStore } from 'tracestitch/redis'
import { cpu, interleave } from './measure.mjs'

const messages = [{ role: 'user', content: 'Say hello to everybody in the room, one by one.' }]
const whole = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
})
const headers = { 'content-type': 'application/json' }
const MUCH = 1e9
const LIMIT = { scope: { user: '*' }, rpm: MUCH, tpm: MUCH, concurrent: 1000 }
const BUDGET = { scope: { user: '*' }, usd: MUCH / 1000, per: 'day' }
const KINDS = {
  'no limits': {},
  'a limit': { limits: [LIMIT] },
  'a budget': { budgets: [BUDGET] },
  both: { limits: [LIMIT], budgets: [BUDGET] },
}

const clientOf = (options, store) =>
  createClient({
    providers: { local: { protocol: 'openai-chat', baseURL: 'http://127.0.0.1:1/v1', apiKey: 'bench' } },
    prices: { overrides: { 'local/m': { input: 1, output: 4 } } },
    fetch: async () => new Response(whole, { status: 200, headers }),
    ...options,
    ...(store && { store }),
  })

async function report(title, store, measured, { rounds, calls }) {
  const contestants = {}
  for (const [name, options] of Object.entries(KINDS)) {
    const ai = clientOf(options, store)
    const ask = (i) => ai.chat.completions.create({ model: 'local/m', messages }, { metadata: { user: `u${i % 100}` } })
    contestants[name] = async () => (await measured(ask, calls)) / calls
  }
  const medians = await interleave(contestants, rounds)
  console.log(`\n${title}`)
  for (const [name, us] of Object.entries(medians)) {
    const ratio = (us / medians['no limits']).toFixed(2)
    console.log(`  ${name.padEnd(12)}${us.toFixed(1).padStart(10)} us${ratio.padStart(8)} x`)
  }
}

const oneByOne = (ask, calls) =>
  cpu(async () => {
    for (let i = 0; i < calls; i++) await ask(i)
  })

/** Microseconds of the clock, one call after the other: what a caller waits. */
async function waited(ask, calls) {
  const begun = performance.now()
  for (let i = 0; i < calls; i++) await ask(i)
  return (performance.now() - begun) * 1000
}

async function answers(store) {
  try {
    await store.held('bench')
    return true
  } catch {
    return false
  }
}

/** @param size - Rounds, and calls in each. */
export async function benchLimits(size) {
  await report('CPU per call, limits in memory', undefined, oneByOne, size)
  const store = redisStore(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', { whenDown: 'reject', prefix: 'bench' })
  if (await answers(store)) {
    const calls = Math.ceil(size.calls / 10)
    await report('Time per call, limits in Redis on loopback', store, waited, { ...size, calls })
  } else console.log('\nno Redis answers: start redis-server, or set REDIS_URL')
  await store.close()
}

if (import.meta.filename === process.argv[1]) await benchLimits({ rounds: 15, calls: 2000 })
