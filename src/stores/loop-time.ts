/**
 * Time in which the event loop was free to read what came. A loop that was busy for a second has waited for no answer that
 * long: the answer may lie in the socket. Each tick counts as one tick, however late it comes.
 */

/** Ticks to a wait. */
const TICKS = 8

interface Waiter {
  readonly until: number
  readonly end: () => void
}

export class LoopTime {
  private readonly tickMs: number
  private readonly waiting = new Set<Waiter>()
  private elapsed = 0
  private timer: NodeJS.Timeout | undefined

  /** @param ms - The shortest wait. */
  constructor(ms: number) {
    this.tickMs = Math.max(1, ms / TICKS)
  }

  /** Milliseconds, counted while anything waits. */
  get now(): number {
    return this.elapsed
  }

  /**
   * Calls `end` after so much time, once what has come by then was read. It keeps the process alive until then.
   *
   * @returns ends the wait.
   */
  wait(ms: number, end: () => void): () => void {
    // The tick that runs has begun before.
    const waiter: Waiter = { until: this.elapsed + ms + this.tickMs, end }
    this.waiting.add(waiter)
    this.timer ??= setTimeout(() => this.tick(), this.tickMs)
    this.timer.ref()
    return () => {
      this.waiting.delete(waiter)
      if (this.waiting.size === 0) this.timer?.unref()
    }
  }

  private tick(): void {
    this.timer = undefined
    if (this.waiting.size === 0) return
    this.elapsed += this.tickMs
    this.timer = setTimeout(() => this.tick(), this.tickMs)
    // Between the timers and this, the loop reads its sockets.
    setImmediate(() => {
      for (const waiter of this.waiting) {
        if (waiter.until > this.elapsed) continue
        this.waiting.delete(waiter)
        waiter.end()
      }
      if (this.waiting.size === 0) this.timer?.unref()
    })
  }
}
