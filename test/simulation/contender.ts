/** Whoever sends calls to the simulated providers, and what came of it. */
import { VirtualTime } from './virtual-time.js'
import { CALLS, DEADLINE, traffic, World, type Scenario, type Traffic } from './world.js'

/** Serves one call. @throws when it could not. */
export type Serve = (call: Traffic) => Promise<void>

export interface Contender {
  readonly name: string
  /** Once for each scenario: nothing is remembered from another one. */
  open(world: World, random: () => number): Serve
}

export interface Result {
  /** Share of the calls that got an answer within the deadline. */
  readonly success: number
  /** Milliseconds, of the calls that got one. */
  readonly p50: number
  readonly p99: number
  /** USD for a thousand answers. */
  readonly cost: number
  /** Attempts beyond the first, for each call. */
  readonly extra: number
}

export async function simulate(contender: Contender, scenario: Scenario, random: () => number): Promise<Result> {
  const time = new VirtualTime()
  const world = new World(time, scenario, 7)
  const serve = contender.open(world, random)
  const latencies: number[] = []
  let ended = 0
  for (const call of traffic(1)) {
    time.after(call.at, () => {
      void serve(call).then(
        () => {
          ended += 1
          const ms = time.now() - call.at
          if (ms <= DEADLINE) latencies.push(ms)
        },
        () => (ended += 1),
      )
    })
  }
  await time.run()
  if (ended !== CALLS) throw new Error(`${CALLS - ended} calls of ${contender.name} never ended`)
  latencies.sort((a, b) => a - b)
  const at = (share: number): number => latencies[Math.ceil(share * latencies.length) - 1] ?? NaN
  return {
    success: latencies.length / CALLS,
    p50: at(0.5),
    p99: at(0.99),
    cost: (world.billed / latencies.length) * 1000,
    extra: Math.max(0, world.attempts - CALLS) / CALLS,
  }
}
