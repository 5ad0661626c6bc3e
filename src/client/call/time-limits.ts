/** The time limits and the abort of one call, and of one attempt within it. */
import { TimeoutError, type ErrorFields } from '../../kernel/errors.js'
import { MAX_TIMER_MS, type Clock } from '../../kernel/clock.js'
import { sleep } from '../../kernel/sleep.js'
import { Abortable } from './abortable.js'
import { onAbort } from './on-abort.js'
import { unref } from '../../kernel/platform.js'

/** Lives as long as the call. Aborts when the caller does, or when the total is used up. */
export class CallLimits extends Abortable {
  private readonly timer: NodeJS.Timeout
  private readonly endsAt: number
  private readonly clock: Clock
  private readonly caller: AbortSignal | undefined
  private readonly stopListening: (() => void) | undefined

  constructor(caller: AbortSignal | undefined, total: number, clock: Clock) {
    super()
    this.caller = caller
    this.clock = clock
    this.endsAt = clock.now() + total
    this.timer = setTimeout(() => this.abort(new TimeoutError('total', total)), Math.min(total, MAX_TIMER_MS))
    const abort = (): void => this.abort(caller?.reason)
    if (caller?.aborted) abort()
    else if (caller) this.stopListening = onAbort(caller, abort)
  }

  /** Whether the caller aborted; `reason` is then the caller's own and is thrown unchanged. */
  get abortedByCaller(): boolean {
    return this.caller?.aborted === true && this.aborted && this.reason === this.caller.reason
  }

  get remaining(): number {
    return this.endsAt - this.clock.now()
  }

  /** A pending read keeps the process alive; the timer alone does not. */
  unref(): void {
    unref(this.timer)
  }

  /** Waits. @throws the reason of the abort, as soon as the call is aborted. */
  sleep(ms: number): Promise<void> {
    return sleep(ms, this.signal)
  }

  release(): void {
    clearTimeout(this.timer)
    this.stopListening?.()
  }
}

/** Lives as long as one attempt. Aborts with the call, or when one of its own limits runs out. */
export class AttemptLimits extends Abortable {
  private readonly fields: ErrorFields
  private timers: Map<TimeoutError['limit'], NodeJS.Timeout> | undefined
  private readonly stopListening: (() => void) | undefined

  /**
   * @param call - The limits that this is a part of.
   * @param fields - Provider and model, for the error.
   */
  constructor(call: Abortable, fields: ErrorFields) {
    super()
    this.fields = fields
    const abort = (): void => this.abort(call.reason)
    if (call.aborted) abort()
    else this.stopListening = call.onAbort(abort)
  }

  /**
   * Starts or restarts a limit; `undefined` means none.
   *
   * @param why - Why it differs from the options, for the error.
   */
  start(limit: TimeoutError['limit'], ms: number | undefined, why?: string): void {
    if (ms === undefined) return
    this.stop(limit)
    const abort = (): void => {
      this.abort(new TimeoutError(limit, ms, why === undefined ? this.fields : { ...this.fields, why }))
    }
    this.timers ??= new Map()
    this.timers.set(limit, setTimeout(abort, Math.min(ms, MAX_TIMER_MS)))
  }

  stop(limit: TimeoutError['limit']): void {
    const timer = this.timers?.get(limit)
    if (timer === undefined) return
    clearTimeout(timer)
    this.timers?.delete(limit)
  }

  release(): void {
    for (const timer of this.timers?.values() ?? []) clearTimeout(timer)
    this.timers = undefined
    this.stopListening?.()
  }

  /** Gives up the request: closes its socket. */
  abandon(): void {
    this.abort()
  }
}
