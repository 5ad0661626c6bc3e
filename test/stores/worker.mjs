// One of the processes of workers.ts: makes calls, or asks its store, as it is told.
import { createClient } from '../../dist/index.js'
import { redisStore } from '../../dist/redis.js'

const { redis, baseURL, limits, cooldown, lease, scoped, maxTokens, ...options } = JSON.parse(process.argv[2])
const store = redisStore(redis, { timeout: 2_000, ...(lease && { lease }) })
const ai = createClient({
  providers: { mine: { protocol: 'openai-chat', baseURL, apiKey: 'none' } },
  models: { shared: [{ model: 'mine/m', ...(limits && { limits }) }] },
  retries: 0,
  cooldown,
  store,
  ...(scoped && { limits: scoped }),
  ...options,
})

async function call(timeout) {
  const messages = [{ role: 'user', content: String(process.pid) }]
  try {
    await ai.chat.completions.create(
      { model: 'shared', messages, ...(maxTokens && { max_tokens: maxTokens }) },
      { timeout },
    )
    return 'ok'
  } catch (error) {
    return `${error.name} ${error.limit ?? error.status ?? ''}`.trim()
  }
}

const inTurn = async (operations) => {
  const results = []
  for (const [name, ...args] of operations) results.push(await store[name](...args))
  return results
}

process.on('message', async ({ calls, timeout, operations }) => {
  const ends = await Promise.all(
    operations ? operations.map(inTurn) : Array.from({ length: calls }, () => call(timeout)),
  )
  process.send({ ends })
})
process.on('disconnect', () => process.exit(0))
process.send({ ready: true })
