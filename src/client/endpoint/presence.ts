/** Whether the caller of the endpoint still waits. */

/**
 * Who leaves before the answer begins aborts the call. Who leaves a stream in the middle stops it, as `break` does: programs
 * that have read enough do the same.
 */
export class Presence implements EventListenerObject {
  /** Of the call. */
  readonly signal: AbortSignal | undefined
  private readonly given: AbortSignal | undefined
  private streaming = false
  /** Ends a stream that has begun. */
  private stop: ((reason: unknown) => void) | undefined
  private readonly controller = new AbortController()

  /** @param given - The signal of the request. */
  constructor(given: AbortSignal | undefined) {
    this.given = given
    this.signal = given && this.controller.signal
    if (given?.aborted) this.handleEvent()
    else given?.addEventListener('abort', this, { once: true })
  }

  /** The caller has left. */
  handleEvent(): void {
    const reason: unknown = this.given?.reason
    if (this.stop) this.stop(reason)
    else this.controller.abort(reason)
  }

  /** @throws the reason of the request's abort. */
  throwIfAborted(): void {
    this.given?.throwIfAborted()
  }

  /** A stream has begun. @param leave - Called with the reason when its reader goes. Default: the call is aborted. */
  streams(leave?: (reason: unknown) => void): void {
    this.streaming = true
    this.stop = leave
  }

  /** The answer is given, except for what a stream still brings. */
  answered(): void {
    if (!this.streaming) this.release()
  }

  /** All is given. */
  release(): void {
    this.given?.removeEventListener('abort', this)
  }
}
