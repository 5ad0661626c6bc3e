/**
 * The clock of the process stands still until a test moves it: timers, `Date` and `performance.now()`. Sockets, promises
 * and child processes go on as ever, so that a limit of time is reached when a test says so, and never because a machine is
 * slow.
 */
import { afterEach, beforeEach, vi } from 'vitest'
import { turn } from './eventually.js'

/** Not what sockets and promises run on. */
const HELD = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] as const

export interface HeldTime {
  /** Moves the clock, and runs what was due, each at its own time; promises settle between. */
  advance(ms: number): Promise<void>
  /** The same, a millisecond for each turn in which the process has looked at its sockets. */
  pass(ms: number): Promise<void>
  /**
   * Lets time {@link pass} until the promise settles. However long the machine stalls between, no more than a millisecond
   * has passed.
   */
  passing<T>(promise: Promise<T>): Promise<T>
  /** The same, until something holds. Fails after 100 s of that time. */
  until(holds: () => boolean, what: string): Promise<void>
  /** Settles once so much time has passed: for what a test plays, such as a provider that is slow. */
  after(ms: number): Promise<void>
  /** How many timers wait. */
  timers(): number
}

const LONGEST = 100_000

/** Call it once in a test file: it holds for each of its tests. */
export function holdTime(): HeldTime {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: [...HELD] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  const advance = async (ms: number): Promise<void> => {
    await vi.advanceTimersByTimeAsync(ms)
  }
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 1) {
      await turn()
      await advance(1)
    }
  }
  const until = async (holds: () => boolean, what: string): Promise<void> => {
    for (let ms = 0; !holds(); ms += 1) {
      if (ms > LONGEST) throw new Error(`not within ${LONGEST} ms: ${what}`)
      await pass(1)
    }
  }
  return {
    advance,
    pass,
    until,
    passing: async (promise) => {
      let settled = false
      const done = (): void => void (settled = true)
      promise.then(done, done)
      await until(() => settled, 'the promise settles')
      return promise
    },
    after: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    timers: () => vi.getTimerCount(),
  }
}
