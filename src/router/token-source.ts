/** Keys that come from a function: the caller's, or a source that a provider's row names. */
import { ConfigError, CredentialsError } from '../kernel/errors.js'
import { headerValue } from './header-value.js'

/** What the function that returns a key is called with. */
export interface KeyRequest {
  /** The provider refused the last key, so the function must not return a cached one. */
  readonly refresh: boolean
}

export type GiveKey = (request: KeyRequest) => string | Promise<string>

/** Milliseconds for which requests share one call of the function. A function that hangs must not block later calls. */
const SHARED = 30_000

/**
 * Calls `give` for each request; requests that come while it is busy share its result, unless it has been busy for long.
 *
 * @returns A function that throws CredentialsError when no key can be obtained. The message never has a key in it.
 */
export function keySource(give: GiveKey, provider: string): (refresh: boolean) => Promise<string> {
  const asked = new Shared((): Promise<string> => askKey(give, provider, false))
  const refreshed = new Shared((): Promise<string> => askKey(give, provider, true))
  // What is being renewed is newer than what anybody would get now.
  return (refresh) => (refresh || refreshed.busy ? refreshed.get() : asked.get())
}

/** Work whose result those share who ask while it is under way. */
class Shared {
  private readonly work: () => Promise<string>
  private running: Promise<string> | undefined
  private since = 0

  constructor(work: () => Promise<string>) {
    this.work = work
  }

  get busy(): boolean {
    return this.running !== undefined && performance.now() - this.since < SHARED
  }

  get(): Promise<string> {
    if (this.running && this.busy) return this.running
    const own = this.work().finally(() => {
      if (this.running === own) this.running = undefined
    })
    this.running = own
    this.since = performance.now()
    return own
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
  try {
    return headerValue(key, path)
  } catch (cause) {
    const problem =
      'the function that gives the key returned one that no HTTP header can carry, such as with a line break'
    throw new CredentialsError(path, problem, { cause, provider })
  }
}
