/** Time that jumps from one event to the next: hours of traffic in seconds. */
import type { Clock } from '../../src/kernel/clock.js'

interface Timer {
  readonly at: number
  readonly order: number
  run: () => void
  cancelled: boolean
}

/** What `setTimeout` gives, as far as the client uses it. */
interface Handle {
  readonly timer: Timer
  unref(): Handle
  ref(): Handle
}

export class VirtualTime implements Clock {
  private readonly heap: Timer[] = []
  private time = 0
  private order = 0

  now(): number {
    return this.time
  }

  date(): number {
    return Date.UTC(2026, 0, 1) + this.time
  }

  after(ms: number, run: () => void): Handle {
    const timer: Timer = { at: this.time + Math.max(0, ms), order: (this.order += 1), run, cancelled: false }
    this.push(timer)
    const handle: Handle = { timer, unref: () => handle, ref: () => handle }
    return handle
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve))
  }

  /** Runs every event in order. The process' own timers are this clock's meanwhile. */
  async run(): Promise<void> {
    const own = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout }
    let events = 0
    // A tick asked for in a microtask comes once all microtasks are done. The collector needs a turn of the loop at times.
    const settled = (): Promise<void> =>
      new Promise((resolve) => ((events += 1) % 500 === 0 ? setImmediate(resolve) : process.nextTick(resolve)))
    Object.assign(globalThis, {
      setTimeout: (run: () => void, ms = 0) => this.after(ms, run),
      clearTimeout: (handle: Handle | undefined) => {
        if (handle) cancel(handle.timer)
      },
    })
    try {
      for (let timer = this.pop(); timer; timer = this.pop()) {
        if (timer.cancelled) continue
        this.time = timer.at
        timer.run()
        await settled()
      }
    } finally {
      Object.assign(globalThis, own)
    }
  }

  private push(timer: Timer): void {
    const { heap } = this
    let place = heap.length
    heap.push(timer)
    while (place > 0) {
      const parent = (place - 1) >> 1
      const above = heap[parent]
      if (!above || !before(timer, above)) break
      heap[place] = above
      place = parent
    }
    heap[place] = timer
  }

  private pop(): Timer | undefined {
    const { heap } = this
    const first = heap[0]
    const last = heap.pop()
    if (!last || heap.length === 0) return first
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      const left = heap[child]
      if (!left) break
      const right = heap[child + 1]
      if (right && before(right, left)) child += 1
      const smaller = heap[child]
      if (!smaller || !before(smaller, last)) break
      heap[place] = smaller
      place = child
    }
    heap[place] = last
    return first
  }
}

export function cancel(timer: Timer): void {
  timer.cancelled = true
  // What it would have touched may go before its time comes.
  timer.run = () => {}
}

function before(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
