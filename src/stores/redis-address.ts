/** Addresses of Redis: one server, the nodes of a cluster, or the sentinels that know which server is the primary. */
import { ConfigError } from '../kernel/errors.js'

export interface RedisNode {
  readonly host: string
  readonly port: number
}

interface Login {
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly tls: boolean
}

export type RedisAddress =
  | { readonly kind: 'server'; readonly url: string }
  | ({ readonly kind: 'cluster'; readonly nodes: readonly RedisNode[] } & Login)
  | ({
      readonly kind: 'sentinel'
      readonly nodes: readonly RedisNode[]
      /** Of the primary, as its sentinels know it. */
      readonly name: string
      readonly db: number
      readonly sentinelUsername?: string | undefined
      readonly sentinelPassword?: string | undefined
    } & Login)

const FORM = /^(rediss?)(?:[+-](cluster|sentinel))?:\/\/(?:([^@/]*)@)?([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/
const EXPECTED =
  'expected redis://host:port, redis+cluster://host:port,host:port, redis+sentinel://host:port,host:port/name ' +
  '(rediss for TLS), or a list of addresses of the nodes of a cluster'

/** The address may hold a password, so that no message shows it. @throws ConfigError for what is none. */
export function readAddress(given: string | readonly string[]): RedisAddress {
  return typeof given === 'string' ? readOne(given) : readList(given)
}

function readOne(url: string): RedisAddress {
  const [, scheme, kind, login, hosts = '', path = '', query = ''] = FORM.exec(url) ?? []
  if (scheme === undefined || hosts === '') throw invalidAddress(EXPECTED)
  if (kind === undefined) return { kind: 'server', url }
  const nodes = hosts.split(',').map((host) => nodeOf(host, kind === 'sentinel' ? 26_379 : 6_379))
  const common = { nodes, ...loginOf(login), tls: scheme === 'rediss' }
  if (kind === 'cluster') {
    if (path !== '' && path !== '0') throw invalidAddress('a cluster has no databases but 0')
    return { kind: 'cluster', ...common }
  }
  const [name = '', db = '0'] = path.split('/').map(decoded)
  if (name === '' || !/^\d+$/.test(db))
    throw invalidAddress('expected redis+sentinel://host:port,host:port/name-of-the-primary/db')
  const settings = new URLSearchParams(query)
  return {
    kind: 'sentinel',
    ...common,
    name,
    db: Number(db),
    sentinelUsername: settings.get('sentinelUsername') ?? undefined,
    sentinelPassword: settings.get('sentinelPassword') ?? undefined,
  }
}

function readList(urls: readonly string[]): RedisAddress {
  const [first, ...rest] = urls.map((url) => {
    const [, scheme, kind, login, hosts = ''] = (typeof url === 'string' && FORM.exec(url)) || []
    if (scheme === undefined || hosts === '' || kind === 'sentinel') throw invalidAddress(EXPECTED)
    return { nodes: hosts.split(',').map((host) => nodeOf(host, 6_379)), ...loginOf(login), tls: scheme === 'rediss' }
  })
  if (!first) throw invalidAddress(EXPECTED)
  return { kind: 'cluster', ...first, nodes: [...first.nodes, ...rest.flatMap(({ nodes }) => nodes)] }
}

function nodeOf(text: string, port: number): RedisNode {
  const [, six, name, number] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text) ?? []
  const host = six ?? name
  if (host === undefined || Number(number ?? port) > 65_535) throw invalidAddress(EXPECTED)
  return { host, port: Number(number ?? port) }
}

function loginOf(login = ''): Pick<Login, 'username' | 'password'> {
  const [username = '', ...password] = login.split(':')
  return {
    ...(username !== '' && { username: decoded(username) }),
    ...(password.length > 0 && { password: decoded(password.join(':')) }),
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A percent sign that begins no escape stands for itself.
    return text
  }
}

function invalidAddress(problem: string): ConfigError {
  return new ConfigError('redisStore(connection)', problem)
}
