/** What is said of a shared store that is down. */
import { ConnectionError } from '../kernel/errors.js'

/** While the shared store is down: count in this process alone, or refuse the calls that have limits. */
export type WhenDown = 'local' | 'reject'

/** For calls that have limits, where they are refused meanwhile. @param cause - What its last operation failed with. */
export function storeDownError(name: string, cause: unknown): ConnectionError {
  const told = because(cause)
  return new ConnectionError(
    `the store ${name} is down, so that no limit can be checked (whenDown: 'reject')${told && `: ${told}`}`,
    { cause, ...codeOf(cause) },
  )
}

export function storeDownWarning(name: string, error: unknown, whenDown: WhenDown): string {
  const told = because(error)
  return (
    `${told === '' ? `the store ${name} does not answer` : told}. Until it does, ` +
    (whenDown === 'local' ? 'each process keeps limits by itself' : 'calls to targets with limits are refused')
  )
}

function codeOf(error: unknown): { readonly code?: string } {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' ? { code } : {}
}

/** What is named with a code is a store's own word, made to be read. */
function because(error: unknown): string {
  return error instanceof ConnectionError && error.code !== undefined ? error.message : ''
}
