/** Whether a shared store is down: after a few failures in a row, until it has answered a question that no call waits for. */
import type { Clock } from '../kernel/clock.js'
import type { MaybePromise, StoreProblem, StoreStatus } from '../kernel/store.js'
import { NoAnswer } from './no-answer.js'

/** Failures in a row after which the store is left alone. */
const FAILURES = 3
/** Milliseconds of silence that count as one. */
const SILENCE = 1_000
/** Milliseconds until it is asked whether it is back: doubling, from the first to the last. */
const FIRST_WAIT = 250
const LAST_WAIT = 2_000
/** Of a lease, which must not run out before it is noticed that the store is back. */
const SHARE_OF_LEASE = 1 / 20
const LEAST_WAIT = 20

export interface OutageOptions {
  readonly clock: Clock
  /** Milliseconds. */
  readonly leaseMs: number | undefined
  /** Asks the store for something that it can do only when it can do all. */
  readonly probe: () => MaybePromise<unknown>
  /** It has just gone down. */
  readonly onDown: (error: unknown) => void
  /** It has just come back. */
  readonly onBack: () => MaybePromise<void>
}

export class Outage {
  private readonly options: OutageOptions
  private readonly lastWait: number
  private failures = 0
  /** Failures that counted. What begun before the last of them says nothing new. */
  private evidence = 0
  /** Since when the store is left alone, in milliseconds since 1970. */
  private downSince: number | undefined
  private askAt = 0
  private wait: number
  private asking: Promise<void> | undefined
  private error: unknown

  constructor(options: OutageOptions) {
    this.options = options
    const { leaseMs = Infinity } = options
    this.lastWait = Math.max(LEAST_WAIT, Math.min(LAST_WAIT, leaseMs * SHARE_OF_LEASE))
    this.wait = this.firstWait
  }

  get down(): boolean {
    return this.downSince !== undefined
  }

  /** Why the store failed last, unless it has answered since. */
  get lastError(): unknown {
    return this.error
  }

  /** Notice when an operation begins, and given back when it failed. */
  get begin(): number {
    return this.evidence
  }

  answered(): void {
    this.failures = 0
    this.error = undefined
  }

  failed(error: unknown, begun: number): void {
    this.error = error
    // Of many that ask at once, all fail of the one silence.
    if (begun !== this.evidence) return
    this.evidence += 1
    this.failures += error instanceof NoAnswer ? Math.max(1, error.silence / SILENCE) : 1
    if (this.failures < FAILURES || this.down) return
    const { clock, onDown } = this.options
    this.downSince = clock.date()
    this.wait = this.firstWait
    this.askAt = clock.now() + this.wait
    onDown(error)
  }

  /** Whether it is back. No call waits for the answer. @param now - Though it was asked just now. */
  ask(now = false): Promise<void> {
    const { clock } = this.options
    if (this.asking) return this.asking
    if (!now && clock.now() < this.askAt) return Promise.resolve()
    this.asking = this.probe().finally(() => {
      this.asking = undefined
    })
    return this.asking
  }

  status(localOperations: number): StoreStatus {
    const { downSince, error } = this
    return {
      up: downSince === undefined,
      ...(downSince !== undefined && { downSince }),
      ...(error !== undefined && { problem: problemOf(error) }),
      localOperations,
    }
  }

  private async probe(): Promise<void> {
    const { clock, probe, onBack } = this.options
    try {
      await probe()
    } catch (error) {
      this.error = error
      this.wait = Math.min(this.lastWait, this.wait * 2)
      this.askAt = clock.now() + this.wait
      return
    }
    // What it has to be told comes before what it is asked next.
    await onBack()
    this.downSince = undefined
    this.answered()
  }

  private get firstWait(): number {
    return Math.min(FIRST_WAIT, this.lastWait)
  }
}

function problemOf(error: unknown): StoreProblem {
  const { code, message }: NodeJS.ErrnoException = error instanceof Error ? error : new Error(String(error))
  return { code: typeof code === 'string' ? code : 'ERROR', message }
}
