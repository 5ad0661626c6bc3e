import { ConfigError } from '../../kernel/errors.js'
import { leadsElsewhere } from '../../kernel/path-segment.js'

const addresses = new Map<string, string>()

/** Addresses that are remembered, and how long they may be. A program has few, and a name of a model may be any. */
const ADDRESSES = 256
const LONGEST = 512

/**
 * The address of an operation. A query of the base URL stays behind the path and joins the one that the path brings;
 * a version that both the base URL and the path name, as in `https://host/v1` with `/v1/messages`, is said once.
 *
 * @throws ConfigError for a path that a URL would not keep as it is: the key would go to another operation.
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
  // An operation of the beta is beside those of a version, not below them.
  const root = version === '/beta' ? given.replace(/\/v\d+$/, '') : given
  const rest = version !== undefined && root.endsWith(version) ? operation.slice(version.length) : operation
  const queries = [baseQuery, query].filter((part) => part !== '').join('&')
  return root + rest + (queries === '' ? '' : `?${queries}`)
}

/** Before and behind the question mark. */
function divide(url: string): readonly [string, string] {
  const at = url.indexOf('?')
  return at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at + 1).replace(/&+$/, '')]
}

const hosts = new Map<string, string>()

/** The host of a base URL, which that of each of its operations is. Providers are few, and a URL takes a while to read. */
export function hostOf(baseURL: string): string {
  let host = hosts.get(baseURL)
  if (host === undefined) {
    if (hosts.size >= 256) hosts.clear()
    hosts.set(baseURL, (host = new URL(baseURL).host))
  }
  return host
}
