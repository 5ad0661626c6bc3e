/** What can be aborted, once. */

/**
 * An `AbortController` for our own use. Those that wait for it here cost a call next to nothing; its signal, which is dear,
 * is made when something asks for it.
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
    // One that is called may take others away.
    if (listeners) for (const listener of listeners) if (listeners.delete(listener)) listener()
  }

  /**
   * Calls `listener` once, when this is aborted from now on.
   *
   * @returns what stops listening.
   */
  onAbort(listener: () => void): () => void {
    const { listeners = (this.listeners = new Set()) } = this
    // A function of its own, so that one that is given twice is called and stopped twice.
    const own = (): void => listener()
    listeners.add(own)
    return () => void listeners.delete(own)
  }

  throwIfAborted(): void {
    if (this.isAborted) throw this.why
  }

  /** The promise, as long as this is not aborted; it may be of work that never ends. @throws the reason of the abort. */
  race<T>(promise: Promise<T>): Promise<T> {
    if (this.isAborted) {
      promise.catch(() => {}) // The abort is the answer; what the work says of it later is not.
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
