/** What can be aborted, once. */

/**
 * An `AbortController` for our own use. Listeners here cost a call almost nothing; the expensive `AbortSignal` is made only
 * when something needs it.
 */
export class Abortable {
  private controller: AbortController | undefined
  private listeners: Set<() => void> | undefined
  private isAborted = false
  private why: unknown

  get aborted(): boolean {
    return this.isAborted
  }

  get reason(): unknown {
    return this.why
  }

  get signal(): AbortSignal {
    if (!this.controller) {
      this.controller = new AbortController()
      if (this.isAborted) this.controller.abort(this.why)
    }
    return this.controller.signal
  }

  /** Only the first call counts. @param reason - Default: an AbortError. */
  abort(reason: unknown = new DOMException('This operation was aborted', 'AbortError')): void {
    if (this.isAborted) return
    this.isAborted = true
    this.why = reason
    this.controller?.abort(reason)
    const { listeners } = this
    // A listener may remove others.
    if (listeners) for (const listener of listeners) if (listeners.delete(listener)) listener()
  }

  /**
   * Calls `listener` once, when this is aborted from now on.
   *
   * @returns a function that stops listening.
   */
  onAbort(listener: () => void): () => void {
    const { listeners = (this.listeners = new Set()) } = this
    // A new function, so that a listener that is added twice is called and removed twice.
    const own = (): void => listener()
    listeners.add(own)
    return () => void listeners.delete(own)
  }

  throwIfAborted(): void {
    if (this.isAborted) throw this.why
  }

  /** The result of the promise, unless this is aborted first; the work may never end. @throws the reason of the abort. */
  race<T>(promise: Promise<T>): Promise<T> {
    if (this.isAborted) {
      promise.catch(() => {}) // The abort is thrown; a later failure of the work does not matter.
      return Promise.reject(this.why as Error)
    }
    return new Promise((resolve, reject) => {
      const stop = this.onAbort(() => reject(this.why as Error))
      promise.then(
        (value) => {
          stop()
          resolve(value)
        },
        (error: unknown) => {
          stop()
          reject(error as Error)
        },
      )
    })
  }
}
