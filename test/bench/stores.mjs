// What a store costs a call: CPU of each operation in memory, and CPU and time of it on a Redis of this machine
// (`REDIS_URL`, or 127.0.0.1:6379 when one answers there), beside a PING; one after the other, then many at once.
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { redisStore } from 'tracestitch/redis'
import { cpu, median } from './measure.mjs'

const MUCH = 1_000_000_000
const AT_ONCE = 100
const rates = (name) =>
  ['rpm', 'tpm'].map((unit) => ({ key: `${unit} ${name}`, limit: MUCH, windowMs: 60_000, units: 1 }))
const budgets = (name, slots) =>
  ['day', 'month'].map((per) => ({ key: `${per} ${name}`, limit: MUCH, windowMs: 86_400_000, slots, amount: 1 }))

/** By name: what call `i` asks of the store. */
function operations(store) {
  const settling = (name, slots) => async (i) => {
    await store.reserve(`h${i}`, budgets(name, slots), 15_000)
    await store.settle(`h${i}`, budgets(name, slots))
  }
  return {
    'take, 2 rates': (i) => store.take(rates(`u${i % 100}`)),
    'acquire + release': async (i) => {
      await store.acquire({ key: 'places', limit: MUCH, holder: `h${i}`, leaseMs: 15_000 })
      await store.release('places', `h${i}`)
    },
    'reserve + settle, 2 budgets': settling('calendar', 1),
    'reserve + settle, rolling': settling('rolling', 60),
    'take, acquire and reserve in turn': async (i) => {
      await store.acquire({ key: 'turn', limit: MUCH, holder: `h${i}`, leaseMs: 15_000 })
      await store.take(rates('turn'))
      await store.reserve(`h${i}`, budgets('turn', 1), 15_000)
      await Promise.all([store.release('turn', `h${i}`), store.settle(`h${i}`, budgets('turn', 1))])
    },
    'take, acquire and reserve together': async (i) => {
      await Promise.all([
        store.acquire({ key: 'together', limit: MUCH, holder: `h${i}`, leaseMs: 15_000 }),
        store.take(rates('together')),
        store.reserve(`h${i}`, budgets('together', 1), 15_000),
      ])
      await Promise.all([store.release('together', `h${i}`), store.settle(`h${i}`, budgets('together', 1))])
    },
  }
}

async function inTurn(operation, from, count) {
  for (let i = from; i < from + count; i++) await operation(i)
}

/** Microseconds of each: of CPU and of waiting one after the other, and of the clock when many are at once. */
async function measure(all, { rounds, count }) {
  const found = Object.fromEntries(Object.keys(all).map((name) => [name, { cpu: [], wait: [], crowd: [] }]))
  for (let round = 0; round <= rounds; round++) {
    for (const [name, operation] of Object.entries(all)) {
      globalThis.gc?.()
      const begun = performance.now()
      const used = await cpu(() => inTurn(operation, 0, count))
      const waited = (performance.now() - begun) * 1000
      const crowded = performance.now()
      const each = Math.ceil(count / AT_ONCE)
      await Promise.all(Array.from({ length: AT_ONCE }, (_, k) => inTurn(operation, count + k * each, each)))
      const crowd = (performance.now() - crowded) * 1000
      // The first round warms up.
      if (round === 0) continue
      found[name].cpu.push(used / count)
      found[name].wait.push(waited / count)
      found[name].crowd.push(crowd / (each * AT_ONCE))
    }
  }
  return Object.entries(found).map(([name, { cpu: used, wait, crowd }]) => ({
    name,
    cpu: median(used),
    wait: median(wait),
    crowd: median(crowd),
  }))
}

function print(title, rows, base) {
  console.log(`\n${title}`)
  console.log(
    `  ${''.padEnd(36)}${['CPU', 'in turn', `${AT_ONCE} at once`].map((head) => head.padStart(12)).join('')}   in us`,
  )
  for (const { name, cpu: used, wait, crowd } of rows) {
    const figures = [used, wait, crowd].map((value) => value.toFixed(value < 10 ? 2 : 1).padStart(12)).join('')
    console.log(
      `  ${name.padEnd(36)}${figures}${base && name !== base.name ? `   ${(wait / base.wait).toFixed(1)} x ${base.name}` : ''}`,
    )
  }
}

async function connected(url) {
  const { Redis } = await import('ioredis')
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
  // The connecting below tells.
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    return redis
  } catch {
    redis.disconnect()
    return undefined
  }
}

/** The store that a client makes for itself: no entry of the package gives it, so it comes from its sources. */
async function memoryStore() {
  const entryPoints = [fileURLToPath(new URL('../../src/stores/memory.ts', import.meta.url))]
  const { outputFiles } = await build({ entryPoints, bundle: true, format: 'esm', write: false })
  const { MemoryStore } = await import(`data:text/javascript;base64,${btoa(outputFiles[0].text)}`)
  return new MemoryStore({ now: () => performance.now(), date: () => Date.now() })
}

/** @param size - Rounds, and operations in each. */
export async function benchStores({ rounds, count }) {
  print('Store operations in memory', await measure(operations(await memoryStore()), { rounds, count: count * 10 }))
  const url = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379'
  const redis = await connected(url)
  if (!redis) return console.log('\nno Redis answers: start redis-server, or set REDIS_URL')
  const store = redisStore(url, { whenDown: 'reject', prefix: `bench ${process.pid}`, timeout: 5_000 })
  try {
    const rows = await measure({ PING: () => redis.ping(), ...operations(store) }, { rounds, count })
    print('Store operations in Redis on loopback', rows, rows[0])
  } finally {
    await store.close()
    redis.disconnect()
  }
}

if (import.meta.filename === process.argv[1]) await benchStores({ rounds: 9, count: 2000 })
