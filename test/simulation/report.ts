/** The results as a table. */
import { seeded } from './chance.js'
import { simulate, type Contender, type Result } from './contender.js'
import { liteLLMLatency, liteLLMShuffle, plainRoundRobin } from './peers.js'
import { contenders } from './router.js'
import type { Scenario } from './world.js'

export type Results = ReadonlyMap<string, ReadonlyMap<string, Result>>

export const PEERS: readonly Contender[] = [plainRoundRobin, liteLLMShuffle, liteLLMLatency]

/** By scenario, then by contender. */
export async function runAll(scenarios: readonly Scenario[]): Promise<Results> {
  const results = new Map<string, Map<string, Result>>()
  for (const scenario of scenarios) {
    const row = new Map<string, Result>()
    results.set(scenario.name, row)
    for (const contender of [...contenders, ...PEERS])
      row.set(contender.name, await simulate(contender, scenario, seeded(3)))
  }
  return results
}

/** Of one scenario. */
export function tableOf(results: Results, { name, says }: Scenario): string {
  const rows = [...(results.get(name) ?? [])].map(([contender, { success, p50, p99, cost, extra }]) => {
    const cells = [percent(success), p50.toFixed(0), p99.toFixed(0), cost.toFixed(2), extra.toFixed(3)]
    return `| ${contender} | ${cells.join(' | ')} |`
  })
  return [
    `### ${name}: ${says}`,
    '',
    '| | answered | p50 ms | p99 ms | USD per 1000 answers | extra attempts per call |',
    '| --- | --: | --: | --: | --: | --: |',
    ...rows,
    '',
  ].join('\n')
}

function percent(share: number): string {
  // Never rounded up to all of them.
  return `${(Math.floor(share * 10_000) / 100).toFixed(2)} %`
}
