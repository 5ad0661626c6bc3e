/** Work that a call waits for no longer than it lives, though a store may never answer. */
import { soon } from '../../kernel/platform.js'

/**
 * @param undo - Gives back what comes when the call has ended.
 * @throws the reason of the signal, once work that heeds it has had its turn to say how it ended.
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
    const heard = (): void => signal.removeEventListener('abort', onAbort)
    work.then(
      (value) => {
        heard()
        if (over) undo(value)
        else resolve(value)
      },
      (error: unknown) => {
        heard()
        // Told already when it is over.
        reject(error as Error)
      },
    )
  })
}
