/** The health of a target. Updated by calls, read by strategies, breakers and `health()`. */
import type { Clock } from '../kernel/clock.js'
import type { HeaderSource } from '../kernel/rate-limit.js'
import { Breaker, verdictOf, type BreakerState, type CooldownPolicy } from '../policies/cooldown.js'
import type { ErrorClass } from '../policies/classify-error.js'
import { RetryBudget } from '../policies/retry.js'
import { Slowness } from '../policies/slowness.js'
import { MovingAverage, Sample } from './averages.js'
import { AnnouncedLimits } from './announced-limits.js'

/** How an attempt ended. Times in milliseconds. */
export interface TargetOutcome {
  /** The class of the failure; absent: it succeeded. */
  readonly errorClass?: ErrorClass | undefined
  /** The wait that the provider asks for. */
  readonly retryAfterMs?: number | undefined
  readonly durationMs: number
  /** To the first content chunk of a stream. */
  readonly firstChunkMs?: number | undefined
  /** Whether it was a stream. Default: when there is a first chunk. */
  readonly stream?: boolean | undefined
  /** It was cancelled because a later attempt was faster: its real time would have been longer. */
  readonly outrun?: boolean | undefined
}

/** An attempt under way. */
export interface Running {
  /** Ends it, once. @returns milliseconds of a cooldown that begins then. */
  (outcome: TargetOutcome): number | undefined
  /** The first content of a stream came after so many milliseconds. @returns whether this ends a cooldown. */
  readonly answers: (firstChunkMs: number) => boolean
  /** Milliseconds of a cooldown that began with it, because other attempts wait too long; it is still sent. */
  readonly cooldown: number | undefined
}

export interface HealthPolicies {
  readonly cooldown: CooldownPolicy
  /** Retries per call, in the long run. */
  readonly retryShare: number
}

/** What a target's health needs from outside. */
export interface HealthSources {
  readonly headroom?: () => number
  readonly price?: () => number | undefined
}

/** Latencies of one kind of answers: whole ones, or the first content of streams. */
interface Kind {
  readonly sample: Sample
  readonly slowness: Slowness | undefined
}

/** The health of one target, shared by all its groups. */
export class Health {
  readonly breaker: Breaker
  readonly retryBudget: RetryBudget
  /** Attempts under way. */
  inFlight = 0
  /** Attempts that were answered or failed, without those that the caller aborted. */
  requests = 0
  failures = 0
  /** Gives the free share of the target's own limits, 0 to 1. `undefined`: the target has no limits. */
  headroomFrom: (() => number) | undefined
  private readonly clock: Clock
  private readonly sources: HealthSources
  private readonly announcedLimits = new AnnouncedLimits()
  private readonly perToken = new MovingAverage()
  private readonly toFirstChunk = new MovingAverage()
  private readonly toAnswer = new MovingAverage()
  private readonly wholes: Kind
  private readonly firstChunks: Kind
  private readonly errors = new MovingAverage()
  private readonly watchers = new Set<() => void>()

  constructor(policies: HealthPolicies, clock: Clock, sources: HealthSources = {}) {
    this.breaker = new Breaker(policies.cooldown)
    this.retryBudget = new RetryBudget(policies.retryShare)
    this.clock = clock
    this.sources = sources
    this.headroomFrom = sources.headroom
    const { slowerThan } = policies.cooldown
    const kind = (): Kind => ({
      sample: new Sample(),
      slowness: slowerThan === undefined ? undefined : new Slowness(slowerThan),
    })
    this.wholes = kind()
    this.firstChunks = kind()
  }

  /** Moving average of milliseconds per output token of whole answers; `undefined` before the first. */
  get msPerToken(): number | undefined {
    return this.perToken.get()
  }

  /** Moving average of milliseconds to the first content chunk of streams; `undefined` before the first. */
  get msToFirstChunk(): number | undefined {
    return this.toFirstChunk.get()
  }

  /** Peak moving average of milliseconds to an answer: it rises at once and falls slowly. `undefined` before the first. */
  get latency(): number | undefined {
    return this.toAnswer.get()
  }

  /** Moving average of failures of the target itself, 0 to 1; it decays with time. */
  get errorRate(): number {
    return this.errors.decayed(this.clock.now())
  }

  /**
   * Free share of its tightest rate limit, 0 to 1; 1 if none is known. Both its own limits count, and the quota in the
   * provider's last answer, until that is full again.
   */
  get headroom(): number {
    return Math.min(this.headroomFrom?.() ?? 1, this.announcedLimits.headroom(this.clock.now()))
  }

  /** Whether the quota in the provider's last answer is used up, and has not been reset since. */
  get exhausted(): boolean {
    return this.announcedLimits.headroom(this.clock.now()) === 0
  }

  /** USD per million tokens at three of input to one of output; `undefined` when no price is known. */
  get price(): number | undefined {
    return this.sources.price?.()
  }

  /** Milliseconds within which 95 of 100 recent answers came (streams: their first content); `undefined` until there are enough. */
  p95(stream: boolean): number | undefined {
    return (stream ? this.firstChunks : this.wholes).sample.percentile(0.95)
  }

  get state(): BreakerState {
    return this.breaker.state(this.clock.now())
  }

  /** Milliseconds until it may be tried again. */
  get cooldownLeft(): number {
    return this.breaker.cooldownLeft(this.clock.now())
  }

  /** Whether a call may go there now. */
  get allows(): boolean {
    return this.breaker.allows(this.clock.now())
  }

  /** Calls `changed` whenever an attempt begins or ends here. @returns a function that stops this. */
  watch(changed: () => void): () => void {
    this.watchers.add(changed)
    return () => this.watchers.delete(changed)
  }

  /** An attempt begins. */
  begin(stream = false): Running {
    const now = this.clock.now()
    // First, so that an attempt with which a cooldown begins is its probe. No other attempt follows until it is answered.
    const cooldown = this.overdue(now)
    let probe = this.breaker.begin()
    const { slowness } = stream ? this.firstChunks : this.wholes
    const waiting = probe ? undefined : slowness?.begin(now)
    let late = false
    const answered = (): void => {
      if (waiting && !slowness?.end(waiting)) late = true
    }
    this.inFlight += 1
    this.retryBudget.call()
    this.changed()
    let open = true
    const end = (outcome: TargetOutcome): number | undefined => {
      if (!open) return undefined
      open = false
      this.inFlight -= 1
      if (outcome.firstChunkMs === undefined) answered()
      const cooldown = this.end(outcome, probe, late)
      this.changed()
      return cooldown
    }
    const answers = (firstChunkMs: number): boolean => {
      if (open) answered()
      // A stream may last for minutes. If slow answers count as failures, a slow one is settled at its end.
      if (!open || !probe || this.firstChunks.slowness?.isSlow(firstChunkMs) === true) return false
      probe = false
      this.breaker.confirm()
      this.changed()
      return true
    }
    return Object.assign(end, { answers, cooldown })
  }

  /** Headers of an answer that may be about the provider's limits. They are parsed on first use. @param date - Unix milliseconds of the answer. */
  limitsTold(headers: HeaderSource, date: number): void {
    this.announcedLimits.told(headers, date, this.clock.now())
  }

  /** The time and the size of a whole answer. */
  answered(durationMs: number, outputTokens: number): void {
    if (outputTokens <= 0) return
    this.perToken.add(this.clock.now(), durationMs / outputTokens)
    this.changed()
  }

  /** @returns milliseconds of a cooldown that begins because attempts wait too long. */
  private overdue(now: number): number | undefined {
    let cooldown: number | undefined
    if (!this.wholes.slowness) return cooldown
    for (const { slowness } of [this.wholes, this.firstChunks]) {
      for (let late = slowness?.overdue(now) ?? 0; late > 0; late -= 1)
        cooldown = this.breaker.settle(now, undefined, false, undefined, true) ?? cooldown
    }
    return cooldown
  }

  /** @param late - It has already counted as slow while the call waited for it. */
  private end(outcome: TargetOutcome, probe: boolean, late: boolean): number | undefined {
    const { errorClass, retryAfterMs, durationMs, firstChunkMs } = outcome
    const now = this.clock.now()
    const verdict = verdictOf(errorClass)
    if (verdict !== 'neutral') {
      this.requests += 1
      if (verdict === 'failure') this.failures += 1
      this.errors.add(now, verdict === 'failure' ? 1 : 0)
    }
    let slow = false
    if (errorClass === undefined) slow = this.took(now, durationMs, firstChunkMs)
    else if (firstChunkMs === undefined && (errorClass === 'timeout' || outcome.outrun))
      this.tookAtLeast(now, durationMs, outcome.stream === true)
    if (late && (errorClass === undefined || errorClass === 'timeout')) return undefined
    return this.breaker.settle(now, errorClass, probe, retryAfterMs, slow)
  }

  /** @returns whether that was slow by the cooldown's `slowerThan`. */
  private took(now: number, durationMs: number, firstChunkMs: number | undefined): boolean {
    const ms = firstChunkMs ?? durationMs
    const { sample, slowness } = firstChunkMs === undefined ? this.wholes : this.firstChunks
    sample.add(ms)
    if (firstChunkMs !== undefined) this.toFirstChunk.add(now, firstChunkMs)
    this.toAnswer.peak(now, ms)
    const slow = slowness?.isSlow(ms) ?? false
    slowness?.add(now, ms)
    return slow
  }

  /** It was cancelled after so long. If answers usually take longer, this says nothing. */
  private tookAtLeast(now: number, ms: number, stream: boolean): void {
    this.toAnswer.atLeast(now, ms)
    if (stream) this.toFirstChunk.atLeast(now, ms)
    const { sample } = stream ? this.firstChunks : this.wholes
    if (ms >= (sample.percentile(0.95) ?? Infinity)) sample.add(ms)
  }

  private changed(): void {
    for (const watcher of this.watchers) watcher()
  }
}
