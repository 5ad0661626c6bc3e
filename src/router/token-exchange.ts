/** Tokens that a provider gives for a key: fetched once, and again shortly before they expire. */
import { CredentialsError } from '../kernel/errors.js'
import { asNumber, asString, isObject, parseJson } from '../kernel/json.js'
import type { TokenExchange } from '../kernel/provider.js'
import type { GiveKey } from './token-source.js'

/** Time limit of a token endpoint, in milliseconds. */
const TIMEOUT = 15_000

/** Milliseconds before it expires at which a token is renewed, or half its life if that is shorter. */
const MARGIN = 300_000

/** Lifetime in seconds of a token whose answer does not say. */
const DEFAULT_LIFE = 600

/** @param keyEnv - Environment variables that may hold the key, for messages. */
export function exchangedTokens(
  id: string,
  { url, fields, keyField }: TokenExchange,
  key: string,
  keyEnv: readonly string[],
): GiveKey {
  let kept: { readonly token: string; readonly until: number } | undefined

  function failure(problem: string, more: { cause?: unknown; status?: number } = {}): CredentialsError {
    const way = `check ${[...keyEnv, `providers.${id}.apiKey`].join(' or ')}`
    return new CredentialsError(`providers.${id}.apiKey`, `${new URL(url).host} ${problem}; ${way}`, {
      ...more,
      provider: id,
    })
  }

  async function trade(): Promise<{ token: string; until: number }> {
    const asked = Date.now()
    let response: Response
    let text: string
    try {
      response = await fetch(url, {
        method: 'POST',
        headers: { accept: 'application/json' },
        body: new URLSearchParams({ ...fields, [keyField]: key }),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT),
      })
      text = await response.text()
    } catch (cause) {
      throw failure('gave no token for the key', { cause })
    }
    // The body may quote the key, so only the status is shown.
    if (!response.ok) throw failure(`refused the key (${response.status})`, { status: response.status })
    const body = parseJson(text)
    const token = isObject(body) ? asString(body['access_token']) : undefined
    if (!token) throw failure('answered without a token')
    const life = ((isObject(body) ? asNumber(body['expires_in']) : undefined) ?? DEFAULT_LIFE) * 1000
    return { token, until: asked + life - Math.min(MARGIN, life / 2) }
  }

  return async ({ refresh }) => {
    if (refresh || !kept || Date.now() >= kept.until) kept = await trade()
    return kept.token
  }
}
