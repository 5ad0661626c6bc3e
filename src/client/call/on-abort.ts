/** Listens to an abort. Node warns of a leak at the eleventh listener of a signal, and calls at once may share one. */

type Listener = () => void

/** Who waits for the abort of a signal. */
class Waiters {
  private readonly signal: AbortSignal
  private readonly listeners = new Set<Listener>()
  private readonly onAbort = (): void => {
    // A listener may remove others.
    for (const listener of this.listeners) if (this.listeners.delete(listener)) listener()
  }

  constructor(signal: AbortSignal) {
    this.signal = signal
  }

  add(listener: Listener): void {
    if (this.listeners.size === 0) this.signal.addEventListener('abort', this.onAbort, { once: true })
    this.listeners.add(listener)
  }

  remove(listener: Listener): void {
    if (this.listeners.delete(listener) && this.listeners.size === 0)
      this.signal.removeEventListener('abort', this.onAbort)
  }
}

const waiting = new WeakMap<AbortSignal, Waiters>()

/**
 * Calls `listener` once, when `signal` aborts from now on. The signal gets one listener in total, and none once all have
 * stopped.
 *
 * @returns a function that stops listening.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  let waiters = waiting.get(signal)
  if (!waiters) {
    waiters = new Waiters(signal)
    waiting.set(signal, waiters)
  }
  const all = waiters
  // A new function, so that a listener that is added twice is called and removed twice.
  const own = (): void => listener()
  all.add(own)
  return () => all.remove(own)
}
