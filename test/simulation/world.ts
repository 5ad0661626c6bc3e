/** Eight providers that answer slower under load, cost money, limit their rates and have bad hours; and the calls to them. */
import { exponential, logNormal, seeded } from './chance.js'
import { cancel, type VirtualTime } from './virtual-time.js'

export interface Profile {
  readonly id: string
  /** Median milliseconds before the first token, and for each. */
  readonly base: number
  readonly perToken: number
  /** Spread of the latency. */
  readonly sigma: number
  /** USD per million tokens. */
  readonly input: number
  readonly output: number
  /** Requests a minute, as published. */
  readonly rpm: number
  /** Attempts at once beyond which each further one slows all new ones. */
  readonly slots: number
  readonly tag: 'interactive' | 'batch'
}

export const PROFILES: readonly Profile[] = [
  { id: 'steady', base: 300, perToken: 6, sigma: 0.2, input: 1, output: 4, rpm: 600, slots: 20, tag: 'interactive' },
  { id: 'quick', base: 150, perToken: 2, sigma: 0.25, input: 0.6, output: 2.4, rpm: 400, slots: 8, tag: 'interactive' },
  { id: 'swift', base: 200, perToken: 3, sigma: 0.3, input: 0.5, output: 2, rpm: 300, slots: 8, tag: 'interactive' },
  { id: 'jumpy', base: 250, perToken: 5, sigma: 0.9, input: 0.8, output: 3.2, rpm: 400, slots: 12, tag: 'interactive' },
  { id: 'large', base: 400, perToken: 8, sigma: 0.3, input: 2.5, output: 10, rpm: 900, slots: 40, tag: 'batch' },
  { id: 'cheap', base: 400, perToken: 9, sigma: 0.4, input: 0.15, output: 0.6, rpm: 300, slots: 15, tag: 'batch' },
  { id: 'thrifty', base: 500, perToken: 10, sigma: 0.5, input: 0.1, output: 0.4, rpm: 240, slots: 15, tag: 'batch' },
  { id: 'far', base: 700, perToken: 12, sigma: 0.4, input: 1, output: 4, rpm: 600, slots: 30, tag: 'batch' },
]

/** What is wrong with a provider in the bad hours. */
export interface Trouble {
  /** Answers 503, or refuses the connection, by halves. */
  readonly down?: true
  /** Times as slow. */
  readonly slow?: number
  /** Share of calls that get a 500. */
  readonly errors?: number
  /** Share of its published rate that it grants; a 429 beyond. */
  readonly rate?: number
}

export interface Scenario {
  readonly name: string
  /** What it is, for the reader. */
  readonly says: string
  readonly troubles: Readonly<Record<string, Trouble>>
}

export const SCENARIOS: readonly Scenario[] = [
  { name: 'steady', says: 'nothing is wrong', troubles: {} },
  {
    name: 'outage',
    says: 'the fastest and the cheapest are down',
    troubles: { quick: { down: true }, thrifty: { down: true } },
  },
  {
    name: 'slow-down',
    says: 'the same two are ten times as slow',
    troubles: { quick: { slow: 10 }, thrifty: { slow: 10 } },
  },
  {
    name: 'brown-out',
    says: '30 % of their calls get a 500',
    troubles: { quick: { errors: 0.3 }, thrifty: { errors: 0.3 } },
  },
  {
    name: 'rate limits',
    says: 'they and the first grant a tenth of their rates, then 429 with retry-after',
    troubles: { steady: { rate: 0.1 }, quick: { rate: 0.1 }, thrifty: { rate: 0.1 } },
  },
  {
    name: 'all together',
    says: 'one down, one slow, two browned out, one limited, at once',
    troubles: {
      quick: { down: true },
      swift: { slow: 10 },
      thrifty: { errors: 0.3 },
      cheap: { rate: 0.1 },
      steady: { errors: 0.3 },
    },
  },
]

/** A simulated call. */
export interface Traffic {
  readonly at: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly session: string
  readonly tag: 'interactive' | 'batch'
}

export const CALLS = 10_000
/** Calls a second, on average. */
export const RATE = 20
/** Milliseconds, of the bad hours. */
export const TROUBLE_FROM = 150_000
export const TROUBLE_TO = 350_000
/** Milliseconds of a call at most. */
export const DEADLINE = 60_000

export function traffic(seed: number): readonly Traffic[] {
  const random = seeded(seed)
  let at = 0
  return Array.from({ length: CALLS }, () => ({
    at: (at += exponential(random, 1000 / RATE)),
    inputTokens: Math.round(400 * logNormal(random, 0.6)),
    outputTokens: Math.round(120 * logNormal(random, 0.6)),
    session: `s${Math.floor(random() * 500)}`,
    tag: random() < 0.5 ? 'interactive' : 'batch',
  }))
}

/** No answer, or a bad one. */
export class Failure extends Error {
  /** `undefined`: the connection was refused. */
  readonly status: number | undefined
  readonly retryAfterMs: number | undefined
  constructor(status?: number, retryAfterMs?: number) {
    super(`simulated ${status ?? 'refusal'}`)
    this.status = status
    this.retryAfterMs = retryAfterMs
  }
}

const ERROR_MS = 80

export class World {
  readonly time: VirtualTime
  /** USD billed so far, lost answers included. */
  billed = 0
  attempts = 0
  private readonly scenario: Scenario
  private readonly random: () => number
  private readonly servers: readonly { readonly profile: Profile; inFlight: number; tokens: number; at: number }[]

  constructor(time: VirtualTime, scenario: Scenario, seed: number) {
    this.time = time
    this.scenario = scenario
    this.random = seeded(seed)
    this.servers = PROFILES.map((profile) => ({ profile, inFlight: 0, tokens: profile.rpm, at: 0 }))
  }

  /** One request. @throws Failure, or the reason of `signal`. */
  async request(index: number, call: Traffic, signal?: AbortSignal): Promise<void> {
    const server = this.servers[index]
    if (!server) throw new Error(`there is no target ${index}`)
    this.attempts += 1
    const { profile } = server
    const failure = this.failure(index)
    const trouble = this.troubleOf(profile.id)
    server.inFlight += 1
    const crowd = Math.max(1, server.inFlight / profile.slots)
    const typical = (profile.base + profile.perToken * call.outputTokens) * (trouble?.slow ?? 1) * crowd
    const ms = failure ? ERROR_MS * logNormal(this.random, 0.3) : typical * logNormal(this.random, profile.sigma)
    // What a provider has begun it bills, though nobody waits for it any more.
    if (!failure) this.billed += (call.inputTokens * profile.input + call.outputTokens * profile.output) / 1e6
    await this.wait(ms, signal).finally(() => (server.inFlight -= 1))
    if (failure) throw failure
  }

  private wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const handle = this.time.after(ms, resolve)
      signal?.addEventListener('abort', () => {
        cancel(handle.timer)
        reject(signal.reason as Error)
      })
    })
  }

  private troubleOf(id: string): Trouble | undefined {
    const now = this.time.now()
    return now >= TROUBLE_FROM && now < TROUBLE_TO ? this.scenario.troubles[id] : undefined
  }

  private failure(index: number): Failure | undefined {
    const server = this.servers[index]
    if (!server) return undefined
    const { id, rpm } = server.profile
    const trouble = this.troubleOf(id)
    if (trouble?.down) return new Failure(this.random() < 0.5 ? 503 : undefined)
    const granted = rpm * (trouble?.rate ?? 1)
    const now = this.time.now()
    server.tokens = Math.min(granted, server.tokens + ((now - server.at) * granted) / 60_000)
    server.at = now
    if (server.tokens < 1) {
      // Whole seconds, as providers give them.
      return new Failure(429, Math.max(1, Math.ceil(((1 - server.tokens) * 60) / granted)) * 1000)
    }
    server.tokens -= 1
    return this.random() < (trouble?.errors ?? 0) ? new Failure(500) : undefined
  }
}
