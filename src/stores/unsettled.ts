/** What was used while a shared store was down, until that store has it. */
import { randomUUID } from 'node:crypto'
import type { AllowanceRequest, MaybePromise } from '../kernel/store.js'
import { warnOnce } from '../telemetry/warn.js'
import { NoAnswer } from './no-answer.js'

/** Keys that are remembered. */
const MOST = 10_000
/** Keys to an operation. */
const AT_ONCE = 100

/** One sum for each key, so that an outage takes memory for the keys and not for the calls. */
export class Unsettled {
  private readonly settle: (holder: string, uses: readonly AllowanceRequest[]) => MaybePromise<unknown>
  /** Of nobody who reserves. */
  private readonly holder = `unsettled ${randomUUID()}`
  private uses = new Map<string, AllowanceRequest>()
  private settling = false
  private unanswered = 0

  constructor(settle: (holder: string, uses: readonly AllowanceRequest[]) => MaybePromise<unknown>) {
    this.settle = settle
  }

  /** Whether there is something to hand over now. */
  get any(): boolean {
    return this.uses.size > 0
  }

  /** Whether there is nothing to hand over, and nothing that may come to it. */
  get done(): boolean {
    return this.uses.size === 0 && this.unanswered === 0
  }

  add(uses: readonly AllowanceRequest[]): void {
    for (const use of uses) {
      const amount = use.amount + (this.uses.get(use.key)?.amount ?? 0)
      if (amount === 0) continue
      if (this.uses.size < MOST || this.uses.has(use.key)) this.uses.set(use.key, { ...use, amount })
      else warnOnce(`what budgets of more than ${MOST} keys used while their store was down is lost to it`)
    }
  }

  /**
   * After a settlement that failed. One that has no answer yet is known to be missing only when its connection breaks.
   * One that was done then without an answer counts twice, which a budget bears better than not at all.
   */
  failed(uses: readonly AllowanceRequest[], error: unknown): void {
    if (!(error instanceof NoAnswer)) return this.add(uses)
    this.unanswered += 1
    error.late.then(
      () => (this.unanswered -= 1),
      () => {
        this.unanswered -= 1
        this.add(uses)
      },
    )
  }

  /** Hands all of it over to a store that answers. */
  async handOver(): Promise<void> {
    if (this.settling || this.uses.size === 0) return
    this.settling = true
    try {
      while (this.uses.size > 0) {
        const some = [...this.uses.values()].slice(0, AT_ONCE)
        for (const { key } of some) this.uses.delete(key)
        try {
          await this.settle(this.holder, some)
        } catch (error) {
          this.failed(some, error)
          return
        }
      }
    } finally {
      this.settling = false
    }
  }
}
