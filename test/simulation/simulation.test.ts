/** Ten thousand calls to eight targets that fail in every way, for each strategy, beside others' routers. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { runAll, tableOf, type Results } from './report.js'

const GUIDE = fileURLToPath(new URL('../../docs/routing.md', import.meta.url))
const BEGIN = '<!-- simulation: begin -->\n'
const END = '<!-- simulation: end -->'

let results: Results

beforeAll(async () => {
  const begun = performance.now()
  results = await runAll()
  console.log(`simulated in ${((performance.now() - begun) / 1000).toFixed(1)} s\n${tableOf(results)}`)
}, 60_000)

describe('simulation', () => {
  test('the table in the guide holds', () => {
    const guide = readFileSync(GUIDE, 'utf8')
    const from = guide.indexOf(BEGIN) + BEGIN.length
    const to = guide.indexOf(END)
    expect(from).toBeGreaterThan(BEGIN.length)
    expect(to).toBeGreaterThanOrEqual(from)
    const written = `\n${tableOf(results)}\n`
    if (process.env['UPDATE'] === '1') writeFileSync(GUIDE, guide.slice(0, from) + written + guide.slice(to))
    expect(readFileSync(GUIDE, 'utf8').slice(from).split(END)[0]).toBe(written)
  })
})
