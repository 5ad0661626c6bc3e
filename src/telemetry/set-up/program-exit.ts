/**
 * Flushes a tracer provider of the program when the process runs out of work. Its set-up may not do that: one that
 * `node --import` starts has no place from which to await its end.
 */
import type { TracerProvider } from '@opentelemetry/api'
import { atExit } from '../spans/abandoned.js'
import { atMost, flushProvider, FLUSH_TIMEOUT_MS } from '../export/flush.js'

let unflushed: TracerProvider | undefined
let watches = false

/** To be called with the provider of each span that begins, unless it is ours, which has a watch of its own (`exit.ts`). */
export function flushAtExit(provider: TracerProvider): void {
  unflushed = provider
  if (watches) return
  watches = true
  atExit(() => {
    const waiting = unflushed
    // Once for the spans so far: the flush keeps the process alive until it has ended, and then the end comes again.
    unflushed = undefined
    if (waiting) void atMost(FLUSH_TIMEOUT_MS, () => flushProvider(waiting))
  })
}
