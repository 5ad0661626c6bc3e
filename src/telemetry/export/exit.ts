/**
 * Sends waiting spans when the process ends: when it runs out of work, or on a signal that the program does not handle. Listens to
 * signals only while spans wait, because a listener keeps the signal from ending a program that hangs.
 */
import { isMainThread } from 'node:worker_threads'
import { guard } from '../../kernel/guard.js'
import { warnOnce } from '../warn.js'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type Signal = (typeof SIGNALS)[number]

/** Milliseconds that a signal is delayed. MCP clients kill a server two seconds after the signal. */
const SIGNAL_WAIT_MS = 1_500

export interface WaitingSpans {
  /** Spans that are not sent yet. */
  pending(): number
  /** Spans that were sent or dropped. */
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

  /** Called when spans begin to wait, and when none waits any more. */
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
    // Does not retry for ever what the last such flush could not send.
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

  /** The program now has a handler of its own, which decides when the process ends. */
  private readonly stepAside = (event: string | symbol): void => {
    const listener = this.listeners.get(event as Signal)
    if (!listener) return
    this.listeners.delete(event as Signal)
    // Only after the program's listener is added: without any, Node would stop watching the signal.
    queueMicrotask(() => process.removeListener(event, listener))
  }

  /** The signal has its usual effect once the spans are sent; a second signal has it at once. */
  private endBy(signal: Signal): void {
    this.ignoreSignals()
    const end = (): void => {
      this.ignoreSignals()
      process.kill(process.pid, signal)
    }
    this.spans.flush(SIGNAL_WAIT_MS).then(end, end)
  }
}
