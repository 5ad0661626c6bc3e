/** A circuit breaker: when a target cools down, for how long, and how it comes back. Pure but for what it counts. */
import type { ErrorClass } from './classify-error.js'
import type { SlowerThan } from './slowness.js'

export interface CooldownPolicy {
  /** Share of failures among the answers of the last minute above which a target cools down. Default 0.5. */
  readonly failureRate: number
  /** The least number of answers in the last minute for `failureRate` to apply. Default 10. */
  readonly minRequests: number
  /** Failures in a row after which a target cools down, however many answers there were. Default 5. */
  readonly consecutive: number
  /** Milliseconds of the first cooldown; doubles each time the probe after it fails. Default 5 000. */
  readonly duration: number
  /** Milliseconds of the longest cooldown; a wait that the provider asks for may be longer. Default 120 000. */
  readonly maxDuration: number
  /** An answer that took longer (for a stream: its first content) counts as a failure. Absent: a slow answer is no failure. */
  readonly slowerThan?: SlowerThan | undefined
}

export const DEFAULT_COOLDOWN: CooldownPolicy = {
  failureRate: 0.5,
  minRequests: 10,
  consecutive: 5,
  duration: 5_000,
  maxDuration: 120_000,
}

/** `options` over the defaults; `false`: no target ever cools down. */
export function cooldownPolicy(
  options: { readonly [K in keyof CooldownPolicy]?: CooldownPolicy[K] | undefined } | false | undefined,
): CooldownPolicy {
  if (options === false) return { ...DEFAULT_COOLDOWN, duration: 0, maxDuration: 0 }
  return {
    failureRate: options?.failureRate ?? DEFAULT_COOLDOWN.failureRate,
    minRequests: options?.minRequests ?? DEFAULT_COOLDOWN.minRequests,
    consecutive: options?.consecutive ?? DEFAULT_COOLDOWN.consecutive,
    duration: options?.duration ?? DEFAULT_COOLDOWN.duration,
    maxDuration: options?.maxDuration ?? DEFAULT_COOLDOWN.maxDuration,
    ...(options?.slowerThan !== undefined && { slowerThan: options.slowerThan }),
  }
}

export type BreakerState = 'closed' | 'open' | 'half-open'

/** What the end of an attempt says about the target: `neutral` when the caller aborted, or nothing was sent. */
export type Verdict = 'success' | 'failure' | 'neutral'

/** Failures of the target itself. A bad, too long or refused request was still answered. */
const OWN: ReadonlySet<ErrorClass> = new Set([
  'auth',
  'not-found',
  'rate-limit',
  'quota',
  'overloaded',
  'timeout',
  'connection',
  'server',
  'malformed',
  'unreadable',
])

/** Failures that the next call would have too: the target cools down at the first. */
const AT_ONCE: ReadonlySet<ErrorClass> = new Set(['auth', 'not-found', 'rate-limit', 'quota'])

/** Failures before anything was sent, and the caller's own abort: they say nothing about the target. */
const SAYS_NOTHING: ReadonlySet<ErrorClass> = new Set(['abort', 'config', 'unsupported', 'unknown'])

export function verdictOf(errorClass: ErrorClass | undefined): Verdict {
  if (errorClass === undefined) return 'success'
  if (SAYS_NOTHING.has(errorClass)) return 'neutral'
  return OWN.has(errorClass) ? 'failure' : 'success'
}

/** The longest wait of a provider that is respected: an hour. */
const LONGEST_WAIT = 3_600_000
const SLOTS = 6
const SLOT_MS = 10_000

/** Answers of the last minute, in slots that expire one by one. */
class Window {
  private readonly answers = new Int32Array(SLOTS)
  private readonly failures = new Int32Array(SLOTS)
  private slot = 0

  add(now: number, failed: boolean): void {
    this.advance(now)
    const at = this.slot % SLOTS
    this.answers[at] = (this.answers[at] ?? 0) + 1
    if (failed) this.failures[at] = (this.failures[at] ?? 0) + 1
  }

  read(now: number): { readonly answers: number; readonly failures: number } {
    this.advance(now)
    const sum = (counts: Int32Array): number => counts.reduce((total, count) => total + count, 0)
    return { answers: sum(this.answers), failures: sum(this.failures) }
  }

  clear(): void {
    this.answers.fill(0)
    this.failures.fill(0)
  }

  private advance(now: number): void {
    const slot = Math.floor(now / SLOT_MS)
    if (slot <= this.slot) return
    const passed = Math.min(slot - this.slot, SLOTS)
    for (let i = 1; i <= passed; i += 1) {
      this.answers[(slot - passed + i) % SLOTS] = 0
      this.failures[(slot - passed + i) % SLOTS] = 0
    }
    this.slot = slot
  }
}

/** The circuit breaker of one target. Times are those of a monotonic clock. */
export class Breaker {
  private readonly policy: CooldownPolicy
  private readonly window = new Window()
  private inRow = 0
  /** Cooldowns since it last served. */
  private cooldowns = 0
  private cooldownUntil: number | undefined
  private probing = false

  constructor(policy: CooldownPolicy) {
    this.policy = policy
  }

  state(now: number): BreakerState {
    if (this.cooldownUntil === undefined) return 'closed'
    return now < this.cooldownUntil ? 'open' : 'half-open'
  }

  /** Whether a call may go there now. After a cooldown a single call tries the target first. */
  allows(now: number): boolean {
    if (this.cooldownUntil === undefined) return true
    return now >= this.cooldownUntil && !this.probing
  }

  /** Milliseconds until it may be tried again; 0 when it may be now. */
  cooldownLeft(now: number): number {
    return this.cooldownUntil === undefined ? 0 : Math.max(0, this.cooldownUntil - now)
  }

  /** An attempt begins. @returns whether it is the probe, which {@link settle} must be told. */
  begin(): boolean {
    // The target may still be in cooldown, when there was no other choice.
    if (this.cooldownUntil === undefined || this.probing) return false
    this.probing = true
    return true
  }

  /**
   * The answer to the probe has begun: the target serves again. The end of the probe then counts like that of any other
   * attempt.
   */
  confirm(): void {
    this.probing = false
    this.inRow = 0
    this.recover()
  }

  /**
   * An attempt has ended.
   *
   * @param retryAfterMs - The wait that the provider asks for.
   * @param slow - It was answered, but so slowly that this counts as a failure.
   * @returns milliseconds of the cooldown that begins now, or `undefined` when none does.
   */
  settle(
    now: number,
    errorClass: ErrorClass | undefined,
    probe: boolean,
    retryAfterMs?: number,
    slow = false,
  ): number | undefined {
    const verdict = slow ? 'failure' : verdictOf(errorClass)
    if (probe) this.probing = false
    if (verdict === 'neutral') return undefined
    const failed = verdict === 'failure'
    this.window.add(now, failed)
    if (!failed) {
      this.inRow = 0
      // An answer to a call from before the cooldown does not end it; only the probe's does.
      if (probe) this.recover()
      return undefined
    }
    this.inRow += 1
    const atOnce = errorClass !== undefined && AT_ONCE.has(errorClass)
    if (!probe && this.cooldownUntil !== undefined) {
      // It began before the cooldown, or was sent although the target is in cooldown. Only the provider's wait makes the cooldown longer.
      if (atOnce && retryAfterMs !== undefined && !this.never)
        this.coolDownUntil(now + Math.min(LONGEST_WAIT, retryAfterMs))
      return undefined
    }
    if (!probe && !atOnce && !this.tooMany(now)) return undefined
    return this.coolDown(now, retryAfterMs)
  }

  /** Takes over a cooldown of another process. Never shortens one. @returns whether the cooldown is longer now. */
  coolDownUntil(until: number): boolean {
    if (this.never || until <= (this.cooldownUntil ?? 0)) return false
    this.cooldownUntil = until
    return true
  }

  private tooMany(now: number): boolean {
    const { consecutive, failureRate, minRequests } = this.policy
    if (this.inRow >= consecutive) return true
    const { answers, failures } = this.window.read(now)
    return answers >= minRequests && failures / answers > failureRate
  }

  private get never(): boolean {
    return this.policy.maxDuration === 0
  }

  private coolDown(now: number, retryAfterMs: number | undefined): number | undefined {
    if (this.never) return undefined
    const { duration, maxDuration } = this.policy
    const own = Math.min(maxDuration, duration * 2 ** Math.min(this.cooldowns, 20))
    // A wait of 0 would send every call back at once.
    const ms = retryAfterMs ? Math.min(LONGEST_WAIT, retryAfterMs) : own
    this.cooldowns += 1
    this.cooldownUntil = now + ms
    return ms
  }

  private recover(): void {
    this.cooldowns = 0
    this.cooldownUntil = undefined
    this.window.clear()
  }
}
