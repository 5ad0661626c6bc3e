/** A provider row, the caller's changes and the environment, compiled to what a call needs. */
import { ConfigError } from '../kernel/errors.js'
import type {
  ChatProtocol,
  EmbeddingsProtocol,
  FormatId,
  PassthroughFormat,
  PassthroughId,
  Protocol,
  ProtocolId,
} from '../kernel/protocol.js'
import type { AuthScheme, ProviderRow } from '../kernel/provider.js'
import { passthroughs, protocols } from '../protocols/index.js'
import { awsSigner, hasCredentials } from './aws-sigv4.js'
import { baseURLAt, fillBaseURL } from './base-url.js'
import { firstSet, type Environment } from './environment.js'
import { hasGoogleCredentials, googleTokens } from './google-adc.js'
import { headerValue } from './header-value.js'
import type { ProviderOptions } from './options.js'
import type { PlannedProvider } from './target.js'
import { keySource } from './token-source.js'

export type { Environment }

/** What servers of OpenAI's formats answer too, or else say that they do not. */
const OPENAI_COMPANIONS: readonly FormatId[] = [
  'openai-embeddings',
  'jina-rerank',
  'openai-moderations',
  'openai-images',
  'openai-speech',
  'openai-transcriptions',
]

/** What a provider of the caller's own speaks beside the format in the key. */
const COMPANIONS: Partial<Record<FormatId, readonly FormatId[]>> = {
  'openai-chat': OPENAI_COMPANIONS,
  'openai-responses': OPENAI_COMPANIONS,
}

/**
 * A row for a provider of the caller's own. How its key is sent follows from its format: as the first known
 * provider of that format takes it.
 */
function ownRow(id: string, options: ProviderOptions, known: ReadonlyMap<string, ProviderRow>): ProviderRow {
  if (options.baseURL === undefined) {
    throw new ConfigError(
      `providers.${id}.baseURL`,
      `a provider that is not built in needs a base URL, such as http://127.0.0.1:8080/v1`,
    )
  }
  const format = typeof options.protocol === 'string' ? options.protocol : (options.protocol?.[0] ?? 'openai-chat')
  const model = [...known.values()].find((row) => row.protocols.includes(format))
  return {
    id,
    name: id,
    protocols: ['openai-chat', ...OPENAI_COMPANIONS],
    baseURL: options.baseURL,
    auth: model?.auth ?? { header: 'authorization', prefix: 'Bearer ' },
    ...(model?.headers && { headers: model.headers }),
    env: [],
    docs: options.baseURL,
  }
}

function isPassthrough(name: FormatId): name is PassthroughId {
  return Object.hasOwn(passthroughs, name)
}

function protocolsOf(options: ProviderOptions, row: ProviderRow): readonly FormatId[] {
  const { protocol } = options
  if (protocol === undefined) return row.protocols
  return typeof protocol === 'string' ? [protocol, ...(COMPANIONS[protocol] ?? [])] : protocol
}

/** @throws ConfigError when what the caller gave cannot make a provider. A missing key only throws on use. */
export function planProvider(
  id: string,
  options: ProviderOptions,
  known: ReadonlyMap<string, ProviderRow>,
  env: Environment,
): PlannedProvider {
  const row = known.get(id) ?? ownRow(id, options, known)
  const filled = fillBaseURL(row, options.variables, env)
  const whole = options.baseURL ?? firstSet(row.baseURLEnv ?? [], env) ?? addressFrom(row, env)
  const baseURL = (whole ?? filled.baseURL).replace(/\/+$/, '')
  const missingPart = whole === undefined ? filled.missing : undefined
  if (missingPart === undefined && !URL.canParse(baseURL)) {
    const source = options.baseURL === undefined ? (row.baseURLEnv ?? []).join(', ') : `providers.${id}.baseURL`
    throw new ConfigError(source, 'is not a URL; write it as https://host/path')
  }
  if (missingPart === undefined && new URL(baseURL).username !== '') {
    throw new ConfigError(`providers.${id}.baseURL`, 'holds a user name or password; put the key in apiKey')
  }
  for (const [name, value] of Object.entries(options.headers ?? {}))
    headerValue(value, `providers.${id}.headers.${name}`)
  const speaks = new Map<FormatId, Protocol>()
  const passed = new Map<PassthroughId, PassthroughFormat>()
  for (const name of protocolsOf(options, row)) {
    if (isPassthrough(name)) passed.set(name, passthroughs[name])
    // A row may name a format that a later version brings.
    else if (Object.hasOwn(protocols, name)) speaks.set(name, protocols[name])
  }
  const spoken = [...speaks.values()]
  const embeddings = spoken.find((found): found is EmbeddingsProtocol => found.kind === 'embeddings')
  const chatOf = (found: Protocol | undefined): ChatProtocol | undefined => (found?.kind === 'chat' ? found : undefined)

  const { apiKey, credentials } = options
  // Credentials that the caller gives win over a key of the environment.
  const given = apiKey ?? (credentials ? undefined : firstSet(row.env, env))
  const { auth } = row
  const tokens =
    typeof given === 'function'
      ? given
      : given === undefined && auth.source
        ? googleTokens(id, auth.source, row.env)
        : undefined
  const key = tokens && keySource(tokens, id)
  const keyNeeded = row.env.length > 0 && row.keyOptional !== true && !auth.sign && !auth.source
  const missingKey =
    given === undefined && keyNeeded
      ? `no API key for ${row.name}: set ${row.env.join(' or ')}, or providers.${id}.apiKey`
      : undefined
  const missing = missingKey ?? missingPart
  const sign = given === undefined ? signerOf(row, options, env) : undefined
  const fixed = typeof given === 'string' ? keyHeader(auth, headerValue(given, `providers.${id}.apiKey`)) : undefined
  // Found only by asking for a token.
  const atHand = given !== undefined || !auth.source || hasGoogleCredentials(env)
  return Object.freeze({
    id,
    telemetryName: row.telemetryName ?? row.id,
    baseURL,
    quirks: Object.freeze({ ...row.quirks, ...options.quirks }),
    dropUnsupported: options.dropUnsupported,
    headers: Object.freeze({ ...row.headers, ...options.headers }),
    chat: chatOf(spoken.find((found) => found.kind === 'chat')),
    embeddingsFor(model: string) {
      const named = row.byModel?.find(({ part }) => model.includes(part))
      const found = named && speaks.get(named.protocol)
      return found?.kind === 'embeddings' ? found : embeddings
    },
    rerank: spoken.find((found) => found.kind === 'rerank'),
    passes: (name: PassthroughId) => passed.get(name),
    speaks: (name: ProtocolId) => chatOf(speaks.get(name)),
    sign,
    ready: missing === undefined && atHand && (!sign || hasCredentials(credentials, env)),
    missing,
    renewable: key !== undefined,
    authorize(refresh = false) {
      if (missingPart !== undefined) throw new ConfigError(`providers.${id}.variables`, missingPart, { provider: id })
      if (fixed) return fixed
      if (key) return key(refresh).then((found) => keyHeader(auth.token ?? auth, found))
      if (missingKey !== undefined) throw new ConfigError(`providers.${id}.apiKey`, missingKey, { provider: id })
      return undefined
    },
  })
}

function addressFrom(row: ProviderRow, env: Environment): string | undefined {
  const address = firstSet(row.addressEnv ?? [], env)
  if (address === undefined) return undefined
  const found = baseURLAt(address, row.baseURL)
  if (found !== undefined) return found
  throw new ConfigError(
    (row.addressEnv ?? []).join(', '),
    'is no address; write it as host, host:port or http://host:port',
    { provider: row.id },
  )
}

function keyHeader(
  { header, prefix = '' }: Pick<AuthScheme, 'header' | 'prefix'>,
  key: string,
): readonly [string, string] {
  return [header, prefix + key]
}

function signerOf(
  row: ProviderRow,
  { credentials, variables }: ProviderOptions,
  env: Environment,
): PlannedProvider['sign'] {
  const { sign: signing } = row.auth
  if (!signing) return undefined
  const regionEnv = row.variables?.['region']?.env ?? []
  return awsSigner({ id: row.id, signing, credentials, region: variables?.['region'], regionEnv, keyEnv: row.env, env })
}
