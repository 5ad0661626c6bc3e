/** Plans without a client: four providers, a virtual clock, and a way to see what a model string means. */
import type { ClientOptions } from '../../src/router/options.js'
import { compilePlan, type Plan } from '../../src/router/plan.js'
import type { RoutedCall } from '../../src/router/strategy.js'
import { everything } from '../../src/whole-catalogue.js'
import { seeded } from '../simulation/chance.js'

const providers = Object.fromEntries(
  ['a', 'b', 'c', 'd'].map((id) => [id, { baseURL: `http://127.0.0.1/${id}`, apiKey: 'k' }]),
)

export function planOf(options: ClientOptions, random: () => number = seeded(1)): Plan {
  const clock = { now: () => 1_000_000, date: () => 1_000_000 }
  return compilePlan(
    { providers, ...options },
    { env: {}, catalogue: everything, clock, random, price: () => undefined },
  )
}

export function callOf(call: Partial<RoutedCall> = {}): RoutedCall {
  return {
    model: 'm',
    stream: false,
    metadata: {},
    inputTokens: 10,
    outputTokens: 0,
    needs: [],
    promptPrefix: '',
    ...call,
  }
}

/** Ids of the targets of each level, with weights that are not 1. */
export function levelsOf(plan: Plan, model: string): string[][] {
  return plan
    .route(model)
    .levels.map(({ members }) =>
      members.map(({ target, weight }) => (weight === 1 ? target.id : `${target.id} × ${Number(weight.toFixed(3))}`)),
    )
}
