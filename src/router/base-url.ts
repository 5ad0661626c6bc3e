/** Fills the parts of a row's base URL that differ between accounts. */
import { ConfigError } from '../kernel/errors.js'
import type { PassthroughFormat, Protocol } from '../kernel/protocol.js'
import type { ProviderRow } from '../kernel/provider.js'
import { firstSet, type Environment } from './environment.js'

export interface FilledURL {
  /** Not a URL while something is missing. */
  readonly baseURL: string
  /** What is missing and where to set it; `undefined` when the URL is complete. */
  readonly missing: string | undefined
}

/** What is allowed in a host label, a host or one segment of a path. */
const PART = /^(?!\.{1,2}$)[\w.-]+$/

/** @throws ConfigError on a variable that the row does not have, or a value that is not a valid part of a URL. */
export function fillBaseURL(
  row: ProviderRow,
  given: Readonly<Record<string, string>> | undefined,
  env: Environment,
): FilledURL {
  const variables = row.variables ?? {}
  const path = `providers.${row.id}.variables`
  for (const name of Object.keys(given ?? {})) {
    const known = Object.keys({ ...variables, ...row.bodyVariables })
    if (known.includes(name)) continue
    const hint = known.length > 0 ? `it takes ${known.join(', ')}` : 'its base URL has none'
    throw new ConfigError(`${path}.${name}`, `${row.name} has no such variable; ${hint}`, { provider: row.id })
  }
  const values = new Map<string, string>()
  let missing: string | undefined
  for (const [name, variable] of Object.entries(variables)) {
    const value = given?.[name] ?? firstSet(variable.env, env) ?? variable.default
    if (value === undefined) {
      missing ??= `${row.name} needs its ${name}: set ${[...variable.env, `${path}.${name}`].join(' or ')}`
      continue
    }
    // A host is often copied as the address of its console: `https://host/`.
    const part = value
      .trim()
      .replace(/^https?:\/\//, '')
      .replace(/\/+$/, '')
    if (!PART.test(part)) {
      const source = given?.[name] === undefined ? variable.env.join(', ') : `${path}.${name}`
      throw new ConfigError(source, `is not a valid part of a URL; it fills {${name}} of ${row.baseURL}`, {
        provider: row.id,
      })
    }
    values.set(name, part)
  }
  const where = row.baseURLWhere?.find(({ variable, values: those }) => those.includes(values.get(variable) ?? ''))
  let baseURL = where?.baseURL ?? row.baseURL
  for (const [name, part] of values) baseURL = baseURL.replaceAll(`{${name}}`, part)
  return { baseURL, missing }
}

/**
 * The base URL of a row at an address in the form of server settings: `host`, `:port`, `host:port` or a URL. `undefined`
 * when it is none of these.
 */
export function baseURLAt(address: string, baseURL: string): string | undefined {
  if (/^https?:\/\//.test(address)) return URL.canParse(address) ? address : undefined
  const usual = new URL(baseURL)
  const [, host = '', port = ''] = /^(\[[\da-f:.]+\]|[\w.-]*)(?::(\d{1,5}))?$/i.exec(address) ?? []
  if (host === '' && port === '') return undefined
  // A server that listens on all addresses is reached at this one.
  if (host !== '' && host !== '0.0.0.0' && host !== '[::]') usual.hostname = host
  if (port !== '') usual.port = port
  return usual.href.replace(/\/$/, '')
}

/**
 * The operation that a base URL ends with, such as `/chat/completions`, if someone copied the address of a request. The
 * paths of chat formats are unmistakable; any other counts only after a version, as in `/v1/rerank`.
 */
export function namedOperation(
  baseURL: string,
  formats: readonly (Protocol | PassthroughFormat)[],
): string | undefined {
  const path = new URL(baseURL).pathname.replace(/\/+$/, '')
  for (const format of formats) {
    const [whole = ''] = format.path.split('?', 1)
    const bare = whole.replace(VERSION, '')
    if (path.endsWith(whole) && (format.kind === 'chat' || whole !== bare)) return whole
    if (
      format.kind === 'chat'
        ? path.endsWith(bare)
        : VERSION_LAST.test(path.slice(0, -bare.length)) && path.endsWith(bare)
    )
      return bare
  }
  return undefined
}

const VERSION = /^\/v\d+(?=\/)/
const VERSION_LAST = /\/v\d+(?:beta\d*)?$/
