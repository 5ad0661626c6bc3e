// What routing costs: CPU of a call through an alias beside one to a target by name, by strategy and number of
// targets, with a fetch that answers at once; then many callers at once on a slow provider, beside bare fetch.
import { createClient } from 'tracestitch'
import { cpu, interleave, median } from './measure.mjs'

const STRATEGIES = [
  'ordered',
  'weighted',
  'round-robin',
  'least-busy',
  'latency',
  'cost',
  'usage',
  'adaptive',
  'tags',
  'conditional',
  'sticky',
  'own function',
]
const SIZES = [1, 10, 1_000, 10_000]
const CALLERS = 50

const messages = [{ role: 'user', content: 'Say hello to everybody in the room, one by one.' }]
const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }
const whole = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }],
  usage,
})
const headers = { 'content-type': 'application/json' }
const local = (baseURL) => ({ local: { protocol: 'openai-chat', baseURL, apiKey: 'bench' } })

function groupOf(strategy, size) {
  return {
    strategy: strategy === 'own function' ? (targets) => targets[0] : strategy,
    targets: Array.from({ length: size }, (_, i) => ({ model: `local/m-${i}`, weight: 1 })),
  }
}

/** CPU microseconds per call, for each strategy and size, and for a target that is named. */
async function benchPicks({ rounds, calls }) {
  const ai = createClient({
    providers: local('http://127.0.0.1:1/v1'),
    models: Object.fromEntries(SIZES.flatMap((size) => STRATEGIES.map((id) => [`${id} ${size}`, groupOf(id, size)]))),
    fetch: async () => new Response(whole, { status: 200, headers }),
  })
  const through = (model) => async () => {
    const run = async () => {
      for (let i = 0; i < calls; i++)
        await ai.chat.completions.create({ model, messages }, { metadata: { session: `s${i}` } })
    }
    return (await cpu(run)) / calls
  }
  console.log(`\nCPU per call through an alias, and its ratio to a call of a target by name, by number of targets`)
  console.log(`  ${''.padEnd(14)}${SIZES.map((size) => String(size).padStart(18)).join('')}`)
  for (const id of STRATEGIES) {
    const contestants = { direct: through('local/direct') }
    for (const size of SIZES) contestants[size] = through(`${id} ${size}`)
    const medians = await interleave(contestants, rounds)
    const cells = SIZES.map((size) => `${medians[size].toFixed(1)} us ${(medians[size] / medians.direct).toFixed(2)} x`)
    console.log(
      `  ${id.padEnd(14)}${cells.map((cell) => cell.padStart(18)).join('')}   direct ${medians.direct.toFixed(1)} us`,
    )
  }
}

function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
}

/** Latencies and requests per second of callers that each make one call after the other. */
async function crowd(call, callsEach) {
  const times = []
  const begun = performance.now()
  const caller = async () => {
    for (let i = 0; i < callsEach; i++) {
      const at = performance.now()
      await call()
      times.push(performance.now() - at)
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
  const seconds = (performance.now() - begun) / 1000
  times.sort((a, b) => a - b)
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), rate: times.length / seconds }
}

async function benchCrowd(origin, { rounds, callsEach }) {
  const baseURL = `${origin}/slow/v1`
  const models = Object.fromEntries(['weighted', 'least-busy', 'adaptive'].map((id) => [id, groupOf(id, 10)]))
  const ai = createClient({ providers: local(baseURL), models })
  const body = JSON.stringify({ model: 'm', messages })
  const bare = async () => {
    const response = await fetch(`${baseURL}/chat/completions`, { method: 'POST', body, headers })
    await response.json()
  }
  const through = (model) => () => ai.chat.completions.create({ model, messages })
  const contestants = { 'bare fetch': bare, 'client, a target': through('local/m') }
  for (const id of Object.keys(models)) contestants[`client, ${id} of 10`] = through(id)
  const results = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const [name, call] of Object.entries(contestants)) {
      globalThis.gc?.()
      const measured = await crowd(call, callsEach)
      // The first round warms up.
      if (round > 0) results[name].push(measured)
    }
  }
  const of = (name, field) => median(results[name].map((measured) => measured[field]))
  const base = { p50: of('bare fetch', 'p50'), p99: of('bare fetch', 'p99'), rate: of('bare fetch', 'rate') }
  console.log(`\n${CALLERS} callers on a provider that takes 50 ms`)
  for (const name of Object.keys(contestants)) {
    const [p50, p99, rate] = ['p50', 'p99', 'rate'].map((field) => of(name, field))
    const added =
      name === 'bare fetch'
        ? 'baseline'
        : `added p50 ${(p50 - base.p50).toFixed(2)} ms, p99 ${(p99 - base.p99).toFixed(2)} ms, ${((100 * rate) / base.rate).toFixed(1)} % of its requests per second`
    console.log(
      `  ${name.padEnd(26)} p50 ${p50.toFixed(1)} ms  p99 ${p99.toFixed(1)} ms  ${rate.toFixed(0).padStart(4)}/s   ${added}`,
    )
  }
}

export async function benchRouting(origin, { picks, crowds }) {
  await benchPicks(picks)
  await benchCrowd(origin, crowds)
}
