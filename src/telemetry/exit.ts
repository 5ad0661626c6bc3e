/**
 * Sends the spans that wait when the process ends: it runs out of work, or a signal ends it that the program does not
 * handle itself. A signal has a listener of ours only while spans wait, since a listener keeps the signal from ending a
 * program that hangs.
 */
import { isMainThread } from 'node:worker_threads'
import { guard } from '../kernel/guard.js'
import { warnOnce } from './warn.js'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type Signal = (typeof SIGNALS)[number]

/** Milliseconds that a signal waits. Clients of MCP kill a server two seconds after they have told it to end. */
const SIGNAL_WAIT_MS = 1_500

export interface WaitingSpans {
  /** Spans that are not sent yet. */
  pending(): number
  /** Spans that were sent or given up. */
  done(): number
  flush(timeoutMs?: number): Promise<void>
}

export class ExitWatch {
  private readonly spans: WaitingSpans
  private readonly listeners = new Map<Signal, () => void>()
  private lastExit = -1

  constructor(spans: WaitingSpans) {
    this.spans = spans
    process.on('beforeExit', this.beforeExit)
    process.on('exit', this.exit)
  }

  /** Spans wait from now on, or none does any more. */
  waiting(some: boolean): void {
    if (!some) this.ignoreSignals()
    else if (this.listeners.size === 0 && isMainThread) this.listenToSignals()
  }

  off(): void {
    process.removeListener('beforeExit', this.beforeExit)
    process.removeListener('exit', this.exit)
    this.ignoreSignals()
  }

  private readonly beforeExit = (): void => {
    const pending = this.spans.pending()
    const seen = this.spans.done() + pending
    // Spans that the last such flush could not send are not tried for ever.
    if (pending === 0 || seen === this.lastExit) return
    this.lastExit = seen
    void this.spans.flush()
  }

  private readonly exit = (): void => {
    guard('exit', () => {
      const pending = this.spans.pending()
      if (pending > 0) warnOnce(`spans that were not sent: ${pending}; await flush() before process.exit()`)
    })
  }

  private listenToSignals(): void {
    for (const signal of SIGNALS) {
      if (process.listenerCount(signal) > 0) continue
      const listener = (): void => this.endBy(signal)
      this.listeners.set(signal, listener)
      process.on(signal, listener)
    }
    if (this.listeners.size > 0) process.on('newListener', this.stepAside)
  }

  private ignoreSignals(): void {
    if (this.listeners.size === 0) return
    process.removeListener('newListener', this.stepAside)
    for (const [signal, listener] of this.listeners) process.removeListener(signal, listener)
    this.listeners.clear()
  }

  /** The program has a handler of its own from here on, which alone decides what becomes of the process. */
  private readonly stepAside = (event: string | symbol): void => {
    const listener = this.listeners.get(event as Signal)
    if (!listener) return
    this.listeners.delete(event as Signal)
    // Not before theirs is there: Node would stop to watch the signal.
    queueMicrotask(() => process.removeListener(event, listener))
  }

  /** The signal does what it would have done, once the spans are sent; a second one does it at once. */
  private endBy(signal: Signal): void {
    this.ignoreSignals()
    const end = (): void => {
      this.ignoreSignals()
      process.kill(process.pid, signal)
    }
    this.spans.flush(SIGNAL_WAIT_MS).then(end, end)
  }
}
