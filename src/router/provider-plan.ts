/** A provider row, the caller's changes and the environment, compiled to what a call needs. */
import { ConfigError } from '../kernel/errors.js'
import type { ChatProtocol, EmbeddingsProtocol, Protocol, ProtocolId } from '../kernel/protocol.js'
import type { ProviderRow } from '../kernel/provider.js'
import { protocols } from '../protocols/index.js'
import { awsSigner, hasCredentials } from './aws-sigv4.js'
import { fillBaseURL } from './base-url.js'
import { firstSet, type Environment } from './environment.js'
import { headerValue } from './header-value.js'
import type { ProviderOptions } from './options.js'
import type { PlannedProvider } from './target.js'

export type { Environment }

/** A server of the key's format nearly always answers these too. */
const COMPANIONS: Partial<Record<ProtocolId, readonly ProtocolId[]>> = {
  'openai-chat': ['openai-embeddings'],
  'openai-responses': ['openai-embeddings'],
}

/**
 * A row for a provider of the caller's own. How its key is sent follows from its format: as the first known
 * provider of that format takes it.
 */
function ownRow(id: string, options: ProviderOptions, known: ReadonlyMap<string, ProviderRow>): ProviderRow {
  if (options.baseURL === undefined) {
    throw new ConfigError(`providers.${id}.baseURL`, `a provider that is not built in needs a base URL, such as http://127.0.0.1:8080/v1`)
  }
  const format = typeof options.protocol === 'string' ? options.protocol : (options.protocol?.[0] ?? 'openai-chat')
  const model = [...known.values()].find((row) => row.protocols.includes(format))
  return {
    id,
    name: id,
    protocols: ['openai-chat', 'openai-embeddings'],
    baseURL: options.baseURL,
    auth: model?.auth ?? { header: 'authorization', prefix: 'Bearer ' },
    ...(model?.headers && { headers: model.headers }),
    env: [],
    docs: options.baseURL,
  }
}

function protocolsOf(options: ProviderOptions, row: ProviderRow): readonly ProtocolId[] {
  const { protocol } = options
  if (protocol === undefined) return row.protocols
  return typeof protocol === 'string' ? [protocol, ...(COMPANIONS[protocol] ?? [])] : protocol
}

/** @throws ConfigError when what the caller gave cannot make a provider. A missing key only throws on use. */
export function planProvider(id: string, options: ProviderOptions, known: ReadonlyMap<string, ProviderRow>, env: Environment): PlannedProvider {
  const row = known.get(id) ?? ownRow(id, options, known)
  const filled = fillBaseURL(row, options.variables, env)
  const whole = options.baseURL ?? firstSet(row.baseURLEnv ?? [], env)
  const baseURL = (whole ?? filled.baseURL).replace(/\/+$/, '')
  const missingPart = whole === undefined ? filled.missing : undefined
  if (missingPart === undefined && !URL.canParse(baseURL)) {
    const source = options.baseURL === undefined ? (row.baseURLEnv ?? []).join(', ') : `providers.${id}.baseURL`
    throw new ConfigError(source, 'is not a URL; write it as https://host/path')
  }
  if (missingPart === undefined && new URL(baseURL).username !== '') {
    throw new ConfigError(`providers.${id}.baseURL`, 'holds a user name or password; put the key in apiKey')
  }
  for (const [name, value] of Object.entries(options.headers ?? {})) headerValue(value, `providers.${id}.headers.${name}`)
  const speaks = new Map<ProtocolId, Protocol>()
  for (const name of protocolsOf(options, row)) {
    // A row may name a format that a later version brings.
    if (Object.hasOwn(protocols, name)) speaks.set(name, protocols[name])
  }
  const spoken = [...speaks.values()]
  const embeddings = spoken.find((found): found is EmbeddingsProtocol => found.kind === 'embeddings')
  const chatOf = (found: Protocol | undefined): ChatProtocol | undefined => (found?.kind === 'chat' ? found : undefined)

  const { apiKey, credentials } = options
  // Credentials that the caller gives win over a key of the environment.
  const given = apiKey ?? (credentials ? undefined : firstSet(row.env, env))
  const { header, prefix = '' } = row.auth
  const keyNeeded = row.env.length > 0 && row.keyOptional !== true && !row.auth.sign
  const missingKey =
    given === undefined && keyNeeded
      ? `no API key for ${row.name}: set ${row.env.join(' or ')}, or providers.${id}.apiKey`
      : undefined
  const missing = missingKey ?? missingPart
  const sign = given === undefined ? signerOf(row, options, env) : undefined
  const fixed = typeof given === 'string' ? ([header, prefix + headerValue(given, `providers.${id}.apiKey`)] as const) : undefined
  return Object.freeze({
    id,
    telemetryName: row.telemetryName ?? row.id,
    baseURL,
    quirks: Object.freeze({ ...row.quirks, ...options.quirks }),
    headers: Object.freeze({ ...row.headers, ...options.headers }),
    chat: chatOf(spoken.find((found) => found.kind === 'chat')),
    embeddingsFor(model: string) {
      const named = row.byModel?.find(({ part }) => model.includes(part))
      const found = named && speaks.get(named.protocol)
      return found?.kind === 'embeddings' ? found : embeddings
    },
    speaks: (name: ProtocolId) => chatOf(speaks.get(name)),
    sign,
    ready: missing === undefined && (!sign || hasCredentials(credentials, env)),
    missing,
    authorize() {
      if (missingPart !== undefined) throw new ConfigError(`providers.${id}.variables`, missingPart, { provider: id })
      if (fixed) return fixed
      if (typeof given === 'function') return askKey(given, id, (key) => [header, prefix + key] as const)
      if (missingKey !== undefined) throw new ConfigError(`providers.${id}.apiKey`, missingKey, { provider: id })
      return undefined
    },
  })
}

function signerOf(row: ProviderRow, { credentials, variables }: ProviderOptions, env: Environment): PlannedProvider['sign'] {
  const { sign: signing } = row.auth
  if (!signing) return undefined
  const regionEnv = row.variables?.['region']?.env ?? []
  return awsSigner({ id: row.id, signing, credentials, region: variables?.['region'], regionEnv, keyEnv: row.env, env })
}

async function askKey<T>(give: () => string | Promise<string>, id: string, use: (key: string) => T): Promise<T> {
  const path = `providers.${id}.apiKey`
  let key: unknown
  try {
    key = await give()
  } catch (cause) {
    throw new ConfigError(path, 'the function that gives the key failed; see the cause', { cause, provider: id })
  }
  if (typeof key !== 'string' || key.trim() === '') {
    throw new ConfigError(path, `the function that gives the key returned ${key === '' ? 'an empty string' : typeof key}, not a key`, { provider: id })
  }
  return use(headerValue(key, path))
}
