/** What our strategies are held against. */
import type { Contender } from './contender.js'
import { Failure, PROFILES, type Traffic, type World } from './world.js'

/** Waits of the `openai` package and its like: retry-after up to a minute, else 0.5 s doubling to 8 s, less up to a quarter. */
function packageDelay({ retryAfterMs }: Failure, retries: number, random: () => number): number {
  if (retryAfterMs !== undefined && retryAfterMs <= 60_000) return retryAfterMs
  return Math.min(8_000, 500 * 2 ** retries) * (1 - 0.25 * random())
}

/** One after the other; a failed call is tried again where it is, as providers' own packages do: twice. */
export const plainRoundRobin: Contender = {
  name: 'plain round robin',
  open(world, random) {
    let turn = 0
    return async (call) => {
      const index = turn % PROFILES.length
      turn += 1
      for (let retries = 0; ; retries += 1) {
        try {
          return await world.request(index, call)
        } catch (error) {
          if (!(error instanceof Failure) || retries === 2) throw error
          await world.time.sleep(packageDelay(error, retries, random))
        }
      }
    }
  },
}

/** Of a LiteLLM deployment. */
interface Deployment {
  readonly index: number
  readonly rpm: number
  coolsUntil: number
  /** Milliseconds per output token. */
  readonly latencies: number[]
  minute: number
  requests: number
  successes: number
  failures: number
}

const SAMPLES = 10
const COOLDOWN = 5_000
const RETRIES = 2

/**
 * LiteLLM's Router as its documents and v1.72 describe it, at its defaults, with the faults that are known of it:
 * cooldown hangs off a log that drops further failures of the same request; a connection error never cools; a
 * single failure may be all of a minute's and then cools at once; the latencies kept are the nine oldest and the newest.
 */
class LiteLLM {
  private readonly world: World
  private readonly random: () => number
  private readonly byLatency: boolean
  private readonly deployments: readonly Deployment[]

  constructor(world: World, random: () => number, byLatency: boolean) {
    this.world = world
    this.random = random
    this.byLatency = byLatency
    this.deployments = PROFILES.map(({ rpm }, index) => ({
      index,
      rpm,
      coolsUntil: 0,
      latencies: [],
      minute: 0,
      requests: 0,
      successes: 0,
      failures: 0,
    }))
  }

  async serve(call: Traffic): Promise<void> {
    let logged = false
    for (let retries = 0; ; retries += 1) {
      const healthy = this.healthy()
      const deployment = this.byLatency ? this.fastest(healthy) : this.shuffled(healthy)
      if (!deployment) throw new Error('no deployment is available')
      const begun = this.world.time.now()
      this.count(deployment).requests += 1
      try {
        await this.world.request(deployment.index, call)
        this.count(deployment).successes += 1
        this.measured(deployment, (this.world.time.now() - begun) / call.outputTokens)
        return
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        if (!logged) this.failed(deployment, error)
        logged = true
        const left = this.healthy().length
        if (retries === RETRIES || left === 0) throw error
        if (left === 1) await this.world.time.sleep(this.delay(error, retries))
      }
    }
  }

  private healthy(): readonly Deployment[] {
    return this.deployments.filter(({ coolsUntil }) => coolsUntil <= this.world.time.now())
  }

  /** Of this minute. */
  private count(deployment: Deployment): Deployment {
    const minute = Math.floor(this.world.time.now() / 60_000)
    if (minute !== deployment.minute) Object.assign(deployment, { minute, requests: 0, successes: 0, failures: 0 })
    return deployment
  }

  /** At random, weighed by rpm. */
  private shuffled(healthy: readonly Deployment[]): Deployment | undefined {
    let at = this.random() * healthy.reduce((sum, { rpm }) => sum + rpm, 0)
    return healthy.find(({ rpm }) => (at -= rpm) < 0) ?? healthy.at(-1)
  }

  /** The lowest mean; one that was not seen counts as 0. Those at their rpm are left out. */
  private fastest(healthy: readonly Deployment[]): Deployment | undefined {
    const open = healthy.filter((deployment) => this.count(deployment).requests + 1 <= deployment.rpm)
    const mean = ({ latencies }: Deployment): number =>
      latencies.length === 0 ? 0 : latencies.reduce((sum, ms) => sum + ms, 0) / latencies.length
    const lowest = Math.min(...open.map(mean))
    const best = open.filter((deployment) => mean(deployment) <= lowest)
    return best[Math.floor(this.random() * best.length)]
  }

  private measured({ latencies }: Deployment, ms: number): void {
    if (latencies.length < SAMPLES) latencies.push(ms)
    else latencies[SAMPLES - 1] = ms
  }

  private failed(deployment: Deployment, { status, retryAfterMs }: Failure): void {
    if (status === undefined) return
    const { failures, successes } = Object.assign(this.count(deployment), { failures: deployment.failures + 1 })
    if (status !== 429 && failures / (failures + successes) <= 0.5) return
    deployment.coolsUntil = this.world.time.now() + (retryAfterMs ?? COOLDOWN)
  }

  private delay({ retryAfterMs }: Failure, retries: number): number {
    if (retryAfterMs !== undefined && retryAfterMs <= 60_000) return retryAfterMs
    return Math.min(8_000, 500 * 2 ** retries) * (1 + 0.75 * this.random())
  }
}

const litellm = (name: string, byLatency: boolean): Contender => ({
  name,
  open(world, random) {
    const router = new LiteLLM(world, random, byLatency)
    return (call) => router.serve(call)
  },
})

export const liteLLMShuffle = litellm('LiteLLM simple-shuffle', false)
export const liteLLMLatency = litellm('LiteLLM latency-based', true)
