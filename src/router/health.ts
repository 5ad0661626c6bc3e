/** What is known of a target as calls go by. Updated in the call path, read by strategies, breakers and `health()`. */
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
  /** Absent: it succeeded. */
  readonly errorClass?: ErrorClass | undefined
  /** The provider's own wait. */
  readonly retryAfterMs?: number | undefined
  readonly durationMs: number
  /** To the first content chunk of a stream. */
  readonly firstChunkMs?: number | undefined
  /** Whether it was a stream. Default: when there is a first chunk. */
  readonly stream?: boolean | undefined
  /** It was called off, slower than one that began after it: it would have taken longer than it did. */
  readonly outrun?: boolean | undefined
}

/** An attempt under way. */
export interface Running {
  /** Ends it, once. @returns milliseconds of a cooldown that begins then. */
  (outcome: TargetOutcome): number | undefined
  /** The first content of a stream is there, after so many milliseconds. @returns whether the target serves again by that. */
  readonly answers: (firstChunkMs: number) => boolean
  /** Milliseconds of a cooldown that has begun with it, because others wait too long; it is sent all the same. */
  readonly cooldown: number | undefined
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

/** Answers of one kind: whole ones, or the first content of streams. */
interface Kind {
  readonly sample: Sample
  readonly slowness: Slowness | undefined
}

/** Of one target, in whichever groups it is. */
export class Health {
  readonly breaker: Breaker
  readonly retryBudget: RetryBudget
  /** Attempts under way. */
  inFlight = 0
  /** Attempts that were answered or failed, those that the caller broke off aside. */
  requests = 0
  failures = 0
  /** The share of the target's own limits that is still free, 0 to 1, where somebody keeps count. */
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

  /**
   * Share of the tightest of its rate limits that is still free, 0 to 1; 1 where none is known. Its own limits count, and
   * what the provider's last answer said of its quota, until that is whole again.
   */
  get headroom(): number {
    return Math.min(this.headroomFrom?.() ?? 1, this.announcedLimits.headroom(this.clock.now()))
  }

  /** Whether the provider's last answer said that nothing of its quota is left, and that still holds. */
  get exhausted(): boolean {
    return this.announcedLimits.headroom(this.clock.now()) === 0
  }

  /** USD per million tokens at three of input to one of output; `undefined` when no price is known. */
  get price(): number | undefined {
    return this.sources.price?.()
  }

  /** Milliseconds within which 95 of 100 recent answers came (of streams: their first content); `undefined` until there are enough. */
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

  /** Calls `changed` whenever an attempt begins or ends here, until what is returned is called. */
  watch(changed: () => void): () => void {
    this.watchers.add(changed)
    return () => this.watchers.delete(changed)
  }

  /** An attempt begins. */
  begin(stream = false): Running {
    const now = this.clock.now()
    // Before it: what begins with a cooldown is its probe. Until that is answered, nobody else follows to where others hang.
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
      // A stream may last for minutes. A slow one waits for its end, where that counts as a failure.
      if (!open || !probe || this.firstChunks.slowness?.isSlow(firstChunkMs) === true) return false
      probe = false
      this.breaker.confirm()
      this.changed()
      return true
    }
    return Object.assign(end, { answers, cooldown })
  }

  /** Headers of an answer that may speak of the provider's own limits. They are read when somebody asks. @param date - Unix milliseconds of the answer. */
  limitsTold(headers: HeaderSource, date: number): void {
    this.announcedLimits.told(headers, date, this.clock.now())
  }

  /** How long a whole answer took, and how much it was. */
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

  /** @param late - It has counted as slow while it was waited for. */
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

  /** @returns whether that was slow, as the cooldown has it. */
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

  /** It was called off after so long. Where answers take longer than that, it says nothing. */
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
