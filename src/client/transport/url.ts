import { ConfigError } from '../../kernel/errors.js'
import { leadsElsewhere } from '../../kernel/path-segment.js'

const addresses = new Map<string, string>()

/** The most cached addresses, and their longest length. A program has few, but a model's name may be anything. */
const ADDRESSES = 256
const LONGEST = 512

/**
 * The address of an operation. A query of the base URL stays after the path and is joined with the query of the path. A
 * version that both the base URL and the path have, as in `https://host/v1` with `/v1/messages`, is written once.
 *
 * @throws ConfigError for a path that a URL would change: the key would go to another operation.
 */
export function operationURL(baseURL: string, path: string): string {
  const key = `${baseURL} ${path}`
  const known = addresses.get(key)
  if (known !== undefined) return known
  const address = join(baseURL, path)
  if (addresses.size >= ADDRESSES) addresses.clear()
  if (key.length <= LONGEST) addresses.set(key, address)
  return address
}

function join(baseURL: string, path: string): string {
  const [base, baseQuery] = divide(baseURL)
  const [operation, query] = divide(path)
  if (leadsElsewhere(operation))
    throw new ConfigError(
      'model',
      'has a part that leads to another path, such as `..`; give it as the provider lists it',
    )
  const given = base.replace(/\/+$/, '')
  const version = /^\/(?:v\d+|beta)(?=\/)/.exec(operation)?.[0]
  // A beta operation is next to those of a version, not below them.
  const root = version === '/beta' ? given.replace(/\/v\d+$/, '') : given
  const rest = version !== undefined && root.endsWith(version) ? operation.slice(version.length) : operation
  const queries = [baseQuery, query].filter((part) => part !== '').join('&')
  return root + rest + (queries === '' ? '' : `?${queries}`)
}

/** The parts before and after the question mark. */
function divide(url: string): readonly [string, string] {
  const at = url.indexOf('?')
  return at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at + 1).replace(/&+$/, '')]
}

const hosts = new Map<string, string>()

/** The host of a base URL, cached because parsing a URL takes time. */
export function hostOf(baseURL: string): string {
  let host = hosts.get(baseURL)
  if (host === undefined) {
    if (hosts.size >= 256) hosts.clear()
    hosts.set(baseURL, (host = new URL(baseURL).host))
  }
  return host
}
