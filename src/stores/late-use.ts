/** What was used while the shared store was down goes to it when it is back, though no call is made any more. */
import type { Outage } from './outage.js'
import type { Unsettled } from './unsettled.js'

/** Milliseconds between two tries while no call is made, and while somebody waits for it. */
const HAND_OVER = 2_000
const AGAIN = 100

export interface LateUseOptions {
  readonly outage: Outage
  readonly unsettled: Unsettled
  readonly leaseMs: number | undefined
}

export class LateUse {
  private readonly options: LateUseOptions
  private handing: NodeJS.Timeout | undefined
  private closed = false

  constructor(options: LateUseOptions) {
    this.options = options
  }

  /** Something is to be handed over. */
  soon(): void {
    const { outage, unsettled } = this.options
    if (this.closed) return
    const often = Math.min(HAND_OVER, (this.options.leaseMs ?? Infinity) / 10)
    this.handing ??= setInterval(() => {
      void (outage.down ? outage.ask() : unsettled.handOver())
      if (!unsettled.done) return
      clearInterval(this.handing)
      this.handing = undefined
    }, often).unref()
  }

  /** Hands all of it over, and waits for that no longer than so many milliseconds. */
  async flush(ms: number): Promise<void> {
    const { outage, unsettled } = this.options
    let late = false
    let timer: NodeJS.Timeout | undefined
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        late = true
        resolve()
      }, ms)
    })
    while (!late && !unsettled.done) {
      const handed = outage.down ? outage.ask(true) : unsettled.handOver()
      await Promise.race([handed, over])
      if (unsettled.done) break
      await Promise.race([new Promise((resolve) => setTimeout(resolve, AGAIN)), over])
    }
    clearTimeout(timer)
  }

  /** Tries no more by itself. */
  close(): void {
    this.closed = true
    clearInterval(this.handing)
    this.handing = undefined
  }
}
