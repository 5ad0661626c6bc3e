/** Waits for work no longer than the call lives: a store may never answer. */
import { soon } from '../../kernel/platform.js'

/**
 * @param undo - Gives back a result that comes after the end of the call.
 * @throws the reason of the signal, a moment later, so that work that ends by the signal too can throw its own error first.
 */
export function whileAlive<T>(signal: AbortSignal, work: Promise<T>, undo: (late: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    let over = false
    const onAbort = (): void => {
      soon(() => {
        over = true
        reject(signal.reason as Error)
      })
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    const stopListening = (): void => signal.removeEventListener('abort', onAbort)
    work.then(
      (value) => {
        stopListening()
        if (over) undo(value)
        else resolve(value)
      },
      (error: unknown) => {
        stopListening()
        // Without effect if the call has ended.
        reject(error as Error)
      },
    )
  })
}
