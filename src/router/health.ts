/** What is known of a target as calls go by. Updated in the call path, read by strategies, breakers and `health()`. */
import type { Clock } from '../kernel/clock.js'
import { Breaker, verdictOf, type BreakerState, type CooldownPolicy } from '../policies/cooldown.js'
import type { ErrorClass } from '../policies/error-class.js'
import { RetryBudget } from '../policies/retry.js'

/** How an attempt ended. Times in milliseconds. */
export interface Outcome {
  /** Absent: it succeeded. */
  readonly errorClass?: ErrorClass | undefined
  /** The provider's own wait. */
  readonly retryAfterMs?: number | undefined
  readonly durationMs: number
  /** To the first content chunk of a stream. */
  readonly firstChunkMs?: number | undefined
}

export interface HealthPolicies {
  readonly cooldown: CooldownPolicy
  /** Retries for each call, in the long run. */
  readonly retryShare: number
}

/** What a target's health takes from elsewhere. */
export interface HealthSources {
  readonly headroom?: () => number
  readonly price?: () => number | undefined
}

/** Time constant of the averages: what is this old weighs about a third. */
const MEMORY_MS = 10_000
/** The least weight of a new sample, so that the first of many at once does not decide alone. */
const LEAST_WEIGHT = 0.1

/** An average that adapts at the same speed however often it is told. */
class MovingAverage {
  private readonly memoryMs: number
  private value: number | undefined
  private at = 0

  constructor(memoryMs: number) {
    this.memoryMs = memoryMs
  }

  get(): number | undefined {
    return this.value
  }

  add(now: number, sample: number): void {
    const weight = this.value === undefined ? 1 : Math.max(LEAST_WEIGHT, 1 - Math.exp((this.at - now) / this.memoryMs))
    this.value = (this.value ?? 0) * (1 - weight) + sample * weight
    this.at = now
  }

  /** A sample above the average replaces it. */
  peak(now: number, sample: number): void {
    if (this.value === undefined || sample > this.value) {
      this.value = sample
      this.at = now
    } else this.add(now, sample)
  }

  /** As it is now, had it gone towards zero since. */
  decayed(now: number): number {
    return this.value === undefined ? 0 : this.value * Math.exp((this.at - now) / this.memoryMs)
  }
}

/** The last few of many. */
class Sample {
  private readonly values = new Float64Array(64)
  private count = 0

  add(value: number): void {
    this.values[this.count % this.values.length] = value
    this.count += 1
  }

  percentile(share: number): number | undefined {
    if (this.count < 10) return undefined
    const sorted = this.values.slice(0, Math.min(this.count, this.values.length)).sort()
    return sorted[Math.ceil(share * sorted.length) - 1]
  }
}

/** Of one target, whatever groups it stands in. */
export class Health {
  readonly breaker: Breaker
  readonly retryBudget: RetryBudget
  /** Attempts under way. */
  inFlight = 0
  /** Attempts that were answered or failed, those that the caller broke off aside. */
  requests = 0
  failures = 0
  private readonly clock: Clock
  private readonly sources: HealthSources
  private readonly perToken = new MovingAverage(MEMORY_MS)
  private readonly toFirstChunk = new MovingAverage(MEMORY_MS)
  private readonly toAnswer = new MovingAverage(MEMORY_MS)
  private readonly wholes = new Sample()
  private readonly firstChunks = new Sample()
  private readonly errors = new MovingAverage(MEMORY_MS)
  private readonly watchers = new Set<() => void>()

  constructor(policies: HealthPolicies, clock: Clock, sources: HealthSources = {}) {
    this.breaker = new Breaker(policies.cooldown)
    this.retryBudget = new RetryBudget(policies.retryShare)
    this.clock = clock
    this.sources = sources
  }

  /** Moving average of milliseconds per output token of whole answers; `undefined` until one was seen. */
  get msPerToken(): number | undefined {
    return this.perToken.get()
  }

  /** Moving average of milliseconds to the first content chunk of streams; `undefined` until one was seen. */
  get msToFirstChunk(): number | undefined {
    return this.toFirstChunk.get()
  }

  /** Peak moving average of milliseconds to an answer: jumps up at once, comes down with time. `undefined` until one was seen. */
  get latency(): number | undefined {
    return this.toAnswer.get()
  }

  /** Moving average of failures that are the target's own, 0 to 1; it forgets with time. */
  get errorRate(): number {
    return this.errors.decayed(this.clock.now())
  }

  /** Share of the tightest of its rate limits that is still free, 0 to 1; 1 without limits. */
  get headroom(): number {
    return this.sources.headroom?.() ?? 1
  }

  /** USD per million tokens at three of input to one of output; `undefined` when no price is known. */
  get price(): number | undefined {
    return this.sources.price?.()
  }

  /** Milliseconds within which 95 of 100 recent answers came (of streams: their first content); `undefined` until there are enough. */
  p95(stream: boolean): number | undefined {
    return (stream ? this.firstChunks : this.wholes).percentile(0.95)
  }

  get state(): BreakerState {
    return this.breaker.state(this.clock.now())
  }

  /** Milliseconds until it may be tried again. */
  get restsFor(): number {
    return this.breaker.restsFor(this.clock.now())
  }

  /** Whether a call may go there now. */
  get allows(): boolean {
    return this.breaker.allows(this.clock.now())
  }

  /** Calls `changed` whenever an attempt begins or ends here, until what is returned is called. */
  watch(changed: () => void): () => void {
    this.watchers.add(changed)
    return () => this.watchers.delete(changed)
  }

  /** An attempt begins. What is returned ends it, once; it gives the milliseconds of a rest that begins then. */
  begin(): (outcome: Outcome) => number | undefined {
    const probe = this.breaker.begin()
    this.inFlight += 1
    this.retryBudget.call()
    this.changed()
    let open = true
    return (outcome) => {
      if (!open) return undefined
      open = false
      this.inFlight -= 1
      const rest = this.end(outcome, probe)
      this.changed()
      return rest
    }
  }

  /** How long a whole answer took, and how much it was. */
  answered(durationMs: number, outputTokens: number): void {
    if (outputTokens <= 0) return
    this.perToken.add(this.clock.now(), durationMs / outputTokens)
    this.changed()
  }

  private end({ errorClass, retryAfterMs, durationMs, firstChunkMs }: Outcome, probe: boolean) {
    const now = this.clock.now()
    const verdict = verdictOf(errorClass)
    if (verdict !== 'neutral') {
      this.requests += 1
      if (verdict === 'failure') this.failures += 1
      this.errors.add(now, verdict === 'failure' ? 1 : 0)
    }
    if (errorClass === undefined) {
      ;(firstChunkMs === undefined ? this.wholes : this.firstChunks).add(firstChunkMs ?? durationMs)
      if (firstChunkMs !== undefined) this.toFirstChunk.add(now, firstChunkMs)
      this.toAnswer.peak(now, firstChunkMs ?? durationMs)
    } else if (errorClass === 'timeout') {
      // It took at least as long as it was given.
      this.toAnswer.peak(now, durationMs)
    }
    return this.breaker.settle(now, errorClass, probe, retryAfterMs)
  }

  private changed(): void {
    for (const watcher of this.watchers) watcher()
  }
}
