// What a long-lived client keeps: heap after a collection, before and after many calls, in a process of its own with a fetch
// that answers at once. By itself: `node --expose-gc test/bench/memory.mjs 1000000`.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createClient } from 'tracestitch'

const AT_ONCE = 50
const messages = [{ role: 'user', content: 'Say hello to everybody in the room, one by one.' }]
const head = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'm' }
const whole = JSON.stringify({
  ...head,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
})
const event = (delta, finish_reason = null) =>
  `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] })}\n\n`
const stream = `${event({ role: 'assistant', content: 'Hel' })}${event({ content: 'lo.' })}${event({}, 'stop')}data: [DONE]\n\n`
const limitHeaders = {
  'x-ratelimit-limit-requests': '1000',
  'x-ratelimit-remaining-requests': '999',
  'x-ratelimit-reset-requests': '1s',
}

/** Every hundredth request fails, so that retries, fallbacks and cooldowns are part of it. */
function fetchInProcess() {
  let requests = 0
  return async (_, { body }) => {
    requests += 1
    if (requests % 100 === 0)
      return new Response('{}', { status: 503, headers: { 'content-type': 'application/json' } })
    const isStream = body.includes('"stream":true')
    const type = isStream ? 'text/event-stream' : 'application/json'
    return new Response(isStream ? stream : whole, { status: 200, headers: { 'content-type': type, ...limitHeaders } })
  }
}

/** Kilobytes that are in use, numbers in typed arrays too. */
async function heap() {
  // What was freed in a turn of the loop is collected in the next.
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    globalThis.gc()
  }
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 1024
}

async function many(calls, call) {
  let next = 0
  const caller = async () => {
    while (next < calls) {
      const i = next
      next += 1
      // One that every target refuses is an end like any other.
      await call(i).catch(() => undefined)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, caller))
}

async function measure(calls) {
  const ai = createClient({
    providers: { local: { protocol: 'openai-chat', baseURL: 'http://127.0.0.1:1/v1', apiKey: 'bench' } },
    models: {
      group: {
        strategy: 'adaptive',
        hedge: { after: 'p95' },
        targets: Array.from({ length: 10 }, (_, i) => ({
          model: `local/m-${i}`,
          limits: { rpm: 1e9, concurrent: 40 },
        })),
      },
      session: { strategy: 'sticky', targets: ['local/a', 'local/b', 'local/c'] },
    },
    cooldown: { slowerThan: { timesUsual: 5 }, duration: 10 },
    fetch: fetchInProcess(),
  })
  const shared = new AbortController()
  const metadata = (i) => ({ user: `user ${i}`, session: `session ${i}`, tags: [`tag ${i}`] })
  const kinds = {
    'calls, each of a user of its own, on one signal': (i) =>
      ai.chat.completions.create(
        { model: i % 2 === 0 ? 'group' : 'session', messages },
        { metadata: metadata(i), signal: shared.signal },
      ),
    'streams, every other one left half-way': async (i) => {
      const answer = await ai.chat.completions.create({ model: 'group', messages, stream: true })
      for await (const chunk of answer) if (i % 2 === 0 && chunk.choices.length > 0) break
    },
    'calls of models that were never named before': (i) =>
      ai.chat.completions.create({ model: `local/made-up-${i}`, messages }),
  }
  const results = []
  for (const [name, call] of Object.entries(kinds)) {
    const count = results.length === 0 ? calls : Math.ceil(calls / 10)
    await many(Math.min(20_000, count), call)
    const before = await heap()
    const begun = performance.now()
    await many(count, (i) => call(i + 1e9))
    const seconds = (performance.now() - begun) / 1000
    results.push({ name, count, before, after: await heap(), seconds })
  }
  return results
}

/** In a child, whose heap nobody else has used. */
export function benchMemory(calls) {
  const file = fileURLToPath(import.meta.url)
  const results = JSON.parse(
    execFileSync(process.execPath, ['--expose-gc', file, String(calls), '--json'], { encoding: 'utf8' }),
  )
  print(results)
}

function print(results) {
  console.log('\nHeap after a collection, before and after so many calls, 50 at once')
  for (const { name, count, before, after, seconds } of results) {
    const grown = after - before
    console.log(
      `  ${name.padEnd(48)} ${String(count).padStart(8)}   ${before.toFixed(0)} kB -> ${after.toFixed(0)} kB   ` +
        `${((grown * 1024) / count).toFixed(2)} bytes per call   ${((seconds / count) * 1e6).toFixed(0)} us per call`,
    )
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const results = await measure(Number(process.argv[2] ?? 100_000))
  if (process.argv.includes('--json')) process.stdout.write(JSON.stringify(results))
  else print(results)
}
