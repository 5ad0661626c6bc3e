/** Keys that are asked for: a function of the caller's, or a source that a row names. */
import { ConfigError, CredentialsError } from '../kernel/errors.js'
import { headerValue } from './header-value.js'

/** What a function that gives a key may want to know. */
export interface KeyRequest {
  /** The provider refused the key that the function gave last, so one that it keeps is of no use. */
  readonly refresh: boolean
}

export type GiveKey = (request: KeyRequest) => string | Promise<string>

/**
 * Asks `give` for each request; requests that come while it is busy share its answer.
 *
 * @returns A function that throws CredentialsError when there is no key to be had. The message never holds a key.
 */
export function keySource(give: GiveKey, provider: string): (refresh: boolean) => Promise<string> {
  let asked: Promise<string> | undefined
  let refreshed: Promise<string> | undefined
  return (refresh) => {
    // What is being renewed is newer than what anybody would get now.
    if (refreshed) return refreshed
    if (refresh) {
      refreshed = askKey(give, provider, refresh).finally(() => {
        refreshed = undefined
      })
      return refreshed
    }
    asked ??= askKey(give, provider, refresh).finally(() => {
      asked = undefined
    })
    return asked
  }
}

async function askKey(give: GiveKey, provider: string, refresh: boolean): Promise<string> {
  const path = `providers.${provider}.apiKey`
  let key: unknown
  try {
    key = await give({ refresh })
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause
    throw new CredentialsError(path, 'the function that gives the key failed; see the cause', { cause, provider })
  }
  if (typeof key !== 'string' || key.trim() === '') {
    const found = typeof key === 'string' ? 'an empty string' : typeof key
    throw new CredentialsError(path, `the function that gives the key returned ${found}, not a key`, { provider })
  }
  return headerValue(key, path)
}
