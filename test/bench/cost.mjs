// What a price costs: the first one, which loads the table, one that is worked out already, and what importing adds.
import { buildSync } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { interleave, median } from './measure.mjs'

const root = resolve(import.meta.dirname, '../..')
const USAGE = {
  prompt_tokens: 1200,
  completion_tokens: 230,
  total_tokens: 1430,
  prompt_tokens_details: { cached_tokens: 640 },
  completion_tokens_details: { reasoning_tokens: 24 },
}
const QUERY = { provider: 'openai', model: 'gpt-5.5', usage: USAGE }
const CALLS = 200_000

/** Pricing is a part of the package's face, but not alone, so it is bundled from source. The table is a file of its own. */
function bundle(home) {
  const outfile = join(home, 'cost.mjs')
  buildSync({
    stdin: {
      contents: `export { costOf } from './src/cost/price.ts'
export { UsdSum } from './src/cost/money.ts'`,
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outfile,
    logLevel: 'warning',
  })
  mkdirSync(join(home, 'node_modules'))
  symlinkSync(root, join(home, 'node_modules/tracestitch'), 'junction')
  return outfile
}

/** In a process of its own: milliseconds of the import, whether it loaded the table, and of the first two prices. */
const FRESH = `const before = performance.now()
const { costOf } = await import('./cost.mjs')
const imported = performance.now()
const { createRequire } = await import('node:module')
const isLoaded = () => Object.keys(createRequire(import.meta.url).cache).some((path) => path.endsWith('prices.json'))
const early = isLoaded()
const start = performance.now()
const { usd } = costOf(${JSON.stringify(QUERY)})
const first = performance.now()
costOf({ ...${JSON.stringify(QUERY)}, model: 'gpt-5-mini' })
const second = performance.now()
if (usd === null || early || !isLoaded()) throw new Error('the table was loaded too early, or not at all')
console.log(JSON.stringify({ imported: imported - before, first: first - start, second: second - first }))
`

export async function benchCost(rounds) {
  const home = mkdtempSync(join(tmpdir(), 'tracestitch-cost-'))
  try {
    const file = bundle(home)
    writeFileSync(join(home, 'fresh.mjs'), FRESH)
    const runs = Array.from({ length: rounds }, () =>
      JSON.parse(execFileSync(process.execPath, ['fresh.mjs'], { cwd: home, encoding: 'utf8' })),
    )
    const of = (field) => median(runs.map((run) => run[field])).toFixed(2)
    console.log('\nA price, in a fresh process')
    console.log(`  import, without the table          ${of('imported').padStart(10)} ms`)
    console.log(`  the first price, with the table    ${of('first').padStart(10)} ms`)
    console.log(`  the first of a second model        ${of('second').padStart(10)} ms`)

    const { costOf, UsdSum } = await import(file)
    const overrides = { 'mine/m': { input: 1, output: 4, cache_read: 0.1, tiers: [{ above: 200_000, input: 2 }] } }
    const at = Date.now()
    const sum = new UsdSum()
    const timed = (price) => async () => {
      const before = performance.now()
      for (let i = 0; i < CALLS; i++) price()
      return ((performance.now() - before) * 1000) / CALLS
    }
    const repeated = await interleave(
      {
        'from the table': timed(() => costOf({ ...QUERY, at })),
        'from an override': timed(() => costOf({ provider: 'mine', model: 'm', usage: USAGE, at }, { overrides })),
        'reported by the provider': timed(() => costOf({ ...QUERY, usage: { ...USAGE, cost: 0.01 }, at })),
        'no price known': timed(() => costOf({ provider: 'mine', model: 'm', usage: USAGE, at })),
        'adding to a sum': timed(() => sum.add(0.000123)),
      },
      rounds,
    )
    console.log('\nA price that is worked out already')
    for (const [name, value] of Object.entries(repeated)) {
      console.log(`  ${name.padEnd(34)} ${value.toFixed(2).padStart(10)} µs`)
    }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}
