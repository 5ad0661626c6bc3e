/** Ten thousand calls to eight targets that fail in every way, for each strategy, beside others' routers. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { runAll, tableOf, type Results } from './report.js'
import { SCENARIOS } from './world.js'

const GUIDE = fileURLToPath(new URL('../../docs/routing-compared.md', import.meta.url))
const BEGIN = '<!-- simulation: begin -->\n'
const END = '<!-- simulation: end -->'
const UPDATE = process.env['UPDATE'] === '1'

/** All take more than half a minute: SIMULATE=all compares them, UPDATE=1 writes them. */
const EVERYTHING = UPDATE || process.env['SIMULATE'] === 'all'
const scenarios = SCENARIOS.filter(({ name }) => EVERYTHING || name === 'all together')

/** They look at what targets do, so that whatever is wrong with some of them is worked around. */
const WATCHFUL = ['least-busy', 'latency', 'usage', 'adaptive', 'adaptive, hedged']

/** They do not, but a slow target may cool down. Those that crowd their favourite are slow by that. */
const BLIND = ['weighted', 'round-robin', 'tags', 'sticky']
const CROWDING = ['ordered', 'cost']

let results: Results

beforeAll(async () => {
  results = await runAll(scenarios)
  console.log(scenarios.map((scenario) => tableOf(results, scenario)).join('\n'))
}, 300_000)

describe.each(scenarios)('$name', (scenario) => {
  const of = (contender: string) => {
    const result = results.get(scenario.name)?.get(contender)
    if (!result) throw new Error(`${contender} was not simulated`)
    return result
  }

  test('strategies that look at their targets answer, sooner than others do', () => {
    const plain = of('plain round robin')
    const shuffle = of('LiteLLM simple-shuffle')
    const fastest = of('LiteLLM latency-based')
    const worse = WATCHFUL.filter((name) => {
      const { success, p50, p99 } = of(name)
      const answers = success > 0.999 && success >= Math.max(plain.success, shuffle.success, fastest.success) - 0.0005
      return !answers || p50 >= fastest.p50 || p99 >= Math.min(plain.p99, fastest.p99)
    })
    expect(worse).toEqual([])
    expect(of('round-robin').success).toBeGreaterThanOrEqual(of('plain round robin').success)
    expect(of('weighted').success).toBeGreaterThanOrEqual(of('LiteLLM simple-shuffle').success - 0.005)
    expect(of('cost').cost).toBeLessThan(of('plain round robin').cost)
  })

  test('strategies that do not look do as well, when slow targets cool down', () => {
    const shuffle = of('LiteLLM simple-shuffle')
    const isSlow = Object.values(scenario.troubles).some(({ slow }) => slow !== undefined)
    const worse = [...BLIND, ...CROWDING].filter((name) => {
      const cooling = of(`${name}, slow ones cool down`)
      if (!isSlow) return cooling.success < of(name).success - 0.001
      const soon = CROWDING.includes(name) || cooling.p99 < shuffle.p99 / 2
      return !soon || cooling.success < 0.995 || cooling.success < shuffle.success
    })
    expect(worse).toEqual([])
  })
})

test('the tables in the guide hold', () => {
  const guide = readFileSync(GUIDE, 'utf8')
  const from = guide.indexOf(BEGIN) + BEGIN.length
  const to = guide.indexOf(END)
  expect(from).toBeGreaterThan(BEGIN.length)
  expect(to).toBeGreaterThanOrEqual(from)
  if (UPDATE) {
    const written = scenarios.map((scenario) => tableOf(results, scenario)).join('\n')
    writeFileSync(GUIDE, `${guide.slice(0, from)}\n${written}\n${guide.slice(to)}`)
  }
  const kept = readFileSync(GUIDE, 'utf8').slice(from)
  for (const scenario of scenarios) expect(kept).toContain(tableOf(results, scenario))
})
