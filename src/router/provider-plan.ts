/** Compiles a provider row, the caller's changes and the environment to what a call needs. */
import { exportNames, formatOf, missingFormat, type Catalogue } from '../kernel/catalogue.js'
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
import { Secrets } from '../kernel/redact/secrets.js'
import { addAddress, addHeaders } from '../kernel/redact/header-secrets.js'
import { awsSigner, hasCredentials } from './aws-sigv4.js'
import { baseURLAt, fillBaseURL, namedOperation } from './base-url.js'
import { chatByModel } from './chat-by-model.js'
import { firstSet, type Environment } from './environment.js'
import { hasGoogleCredentials, googleTokens } from './google-adc.js'
import { didYouMean } from '../kernel/did-you-mean.js'
import { headerName, headerValue } from './header-value.js'
import type { ProviderOptions } from './options.js'
import type { PlannedProvider } from './target.js'
import { exchangedTokens } from './token-exchange.js'
import { keySource } from './token-source.js'

export type { Environment }

/** Further operations that servers of OpenAI's formats answer, or refuse. */
const OPENAI_COMPANIONS: readonly FormatId[] = [
  'openai-embeddings',
  'jina-rerank',
  'openai-decisions',
  'openai-moderations',
  'openai-images',
  'openai-image-edits',
  'openai-image-variations',
  'openai-speech',
  'openai-transcriptions',
  'openai-translations',
]

/** Formats of a provider of the caller's own in addition to the one in the key. */
const COMPANIONS: Partial<Record<FormatId, readonly FormatId[]>> = {
  'openai-chat': OPENAI_COMPANIONS,
  'openai-responses': OPENAI_COMPANIONS,
}

/** A row for a provider of the caller's own. Its key is sent in the way of the format's maker. */
function ownRow(id: string, options: ProviderOptions, catalogue: Catalogue): ProviderRow {
  if (options.baseURL === undefined) {
    throw new ConfigError(
      `providers.${id}.baseURL`,
      `a provider that is not built in needs a base URL, such as http://127.0.0.1:8080/v1${didYouMean(id, catalogue.providers.keys())}`,
    )
  }
  const first = typeof options.protocol === 'string' ? options.protocol : (options.protocol?.[0] ?? 'openai-chat')
  const format = formatOf(catalogue, first)
  if (!format) throw missingFormat(catalogue, first, `providers.${id}.protocol`)
  const { auth, headers, idHeaders, errorTypeHeader } = format.kind === 'passthrough' ? {} : format
  return {
    id,
    name: id,
    protocols: ['openai-chat', ...OPENAI_COMPANIONS],
    baseURL: options.baseURL,
    auth: auth ?? { header: 'authorization', prefix: 'Bearer ' },
    ...(headers && { headers }),
    ...(idHeaders && { idHeaders }),
    ...(errorTypeHeader !== undefined && { errorTypeHeader }),
    env: [],
    docs: options.baseURL,
  }
}

interface ProviderFormats {
  readonly protocols: ReadonlyMap<FormatId, Protocol>
  readonly passthroughs: ReadonlyMap<PassthroughId, PassthroughFormat>
  /** Formats of the row without a codec here. */
  readonly missing: readonly FormatId[]
}

/** @throws ConfigError for a format in the options that is not in the catalogue. */
function formatsFor(options: ProviderOptions, row: ProviderRow, catalogue: Catalogue): ProviderFormats {
  const { protocol } = options
  const named = protocol === undefined ? [] : typeof protocol === 'string' ? [protocol] : protocol
  for (const [i, name] of named.entries()) {
    const at = `providers.${row.id}.protocol${typeof protocol === 'string' ? '' : `[${i}]`}`
    if (!formatOf(catalogue, name)) throw missingFormat(catalogue, name, at)
  }
  const companions = typeof protocol === 'string' ? (COMPANIONS[protocol] ?? []) : []
  const protocols = new Map<FormatId, Protocol>()
  const passthroughs = new Map<PassthroughId, PassthroughFormat>()
  const missing: FormatId[] = []
  for (const name of named.length > 0 ? [...named, ...companions] : row.protocols) {
    const format = formatOf(catalogue, name)
    if (!format) missing.push(name)
    else if (format.kind === 'passthrough') passthroughs.set(format.id, format)
    else protocols.set(name, format)
  }
  return { protocols, passthroughs, missing }
}

/** @param secrets - Collects those of the provider. @throws ConfigError for invalid options of a provider. A missing key throws only on use. */
export function planProvider(
  id: string,
  options: ProviderOptions,
  catalogue: Catalogue,
  env: Environment,
  secrets = new Secrets(),
): PlannedProvider {
  const row = catalogue.providers.get(id) ?? ownRow(id, options, catalogue)
  const filled = fillBaseURL(row, options.variables, env)
  const whole = options.baseURL ?? firstSet(row.baseURLEnv ?? [], env) ?? addressFrom(row, env)
  const baseURL = (whole ?? filled.baseURL).replace(/\/+$/, '')
  const missingPart = whole === undefined ? filled.missing : undefined
  const source = options.baseURL === undefined ? (row.baseURLEnv ?? []).join(', ') : `providers.${id}.baseURL`
  if (missingPart === undefined && !URL.canParse(baseURL)) {
    throw new ConfigError(source, 'is not a URL; write it as https://host/path')
  }
  addHeaders(secrets, options.headers)
  addAddress(secrets, baseURL)
  const { username, password } = missingPart === undefined ? new URL(baseURL) : { username: '', password: '' }
  if (username !== '' || password !== '') {
    throw new ConfigError(`providers.${id}.baseURL`, 'holds a user name or password; put the key in apiKey')
  }
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    headerName(name, `providers.${id}.headers`)
    headerValue(value, `providers.${id}.headers.${name}`)
  }
  const { protocols: speaks, passthroughs, missing: unspoken } = formatsFor(options, row, catalogue)
  const spoken = [...speaks.values()]
  const operation = whole === undefined ? undefined : namedOperation(baseURL, [...spoken, ...passthroughs.values()])
  if (operation !== undefined)
    throw new ConfigError(source, `ends with ${operation}, which each request adds to it; leave it off`)
  const embeddings = spoken.find((found): found is EmbeddingsProtocol => found.kind === 'embeddings')
  const chatOf = (found: Protocol | undefined): ChatProtocol | undefined => (found?.kind === 'chat' ? found : undefined)
  const usual = chatOf(spoken.find((found) => found.kind === 'chat'))
  const chatFor = chatByModel(row, {
    usual,
    codecOf: ({ protocol }) => chatOf(speaks.get(protocol)),
    ownQuirks: options.quirks,
    baseURL,
    isNamed: options.protocol !== undefined,
  })

  const { apiKey, apiKeyEnv, credentials } = options
  if (apiKey !== undefined && apiKeyEnv !== undefined) {
    throw new ConfigError(`providers.${id}.apiKeyEnv`, 'is given together with apiKey; remove one of them')
  }
  // The caller's credentials win over a key of the environment, unless the caller names its variable.
  const fromEnv = apiKeyEnv === undefined ? (credentials ? [] : row.env) : [apiKeyEnv]
  const given = apiKey ?? firstSet(fromEnv, env)
  if (typeof given === 'string') secrets.add(given)
  const { auth } = row
  const traded =
    typeof given === 'string' && auth.exchange && !given.startsWith(auth.exchange.tokenPrefix) ? given : undefined
  const tokens =
    typeof given === 'function'
      ? given
      : traded !== undefined && auth.exchange
        ? exchangedTokens(id, auth.exchange, traded, row.env)
        : given === undefined && auth.source
          ? googleTokens(id, auth.source, row.env)
          : undefined
  const key = tokens && keySource(tokens, id)
  const keyNeeded = row.env.length > 0 && row.keyOptional !== true && !auth.sign && !auth.source
  const missingKey =
    given === undefined && apiKeyEnv !== undefined
      ? `the environment variable ${apiKeyEnv}, which apiKeyEnv names, is not set`
      : given === undefined && keyNeeded
        ? `no API key for ${row.name}: set ${row.env.join(' or ')}, or providers.${id}.apiKey`
        : undefined
  const missing = missingKey ?? missingPart
  const sign = given === undefined ? signerOf(row, options, env, secrets) : undefined
  const fixed =
    typeof given === 'string' && traded === undefined
      ? keyHeader(auth, headerValue(given, `providers.${id}.apiKey`))
      : undefined
  // Only a request for a token shows whether there are any.
  const atHand = given !== undefined || !auth.source || hasGoogleCredentials(env)
  return Object.freeze({
    id,
    telemetryName: row.telemetryName ?? row.id,
    baseURL,
    region: row.region?.exec(baseURL)?.[1],
    quirks: Object.freeze({ ...row.quirks, ...options.quirks }),
    dropUnsupported: options.dropUnsupported,
    timeout: options.timeout && Object.freeze({ ...options.timeout }),
    headers: Object.freeze({ ...row.headers, ...options.headers }),
    body: bodyOf(row, options, env),
    idHeaders: row.idHeaders ?? [],
    gatewayIdHeaders: row.gateway?.idHeaders ?? [],
    costHeader: options.costHeader ?? row.gateway?.costHeader,
    errorTypeHeader: row.errorTypeHeader,
    errorCodes: row.errorCodes,
    traceHeaders: row.gateway?.traceHeaders,
    chat: usual,
    chatFor: (model: string) => chatFor(model).chat,
    embeddingsFor(model: string) {
      const named = row.embeddingsByModel?.find(({ part }) => model.includes(part))
      if (!named) return embeddings
      const found = speaks.get(named.protocol)
      // Without its codec, such a model would get requests of another format.
      return found?.kind === 'embeddings' ? found : unspoken.includes(named.protocol) ? undefined : embeddings
    },
    rerank: spoken.find((found) => found.kind === 'rerank'),
    decisions: spoken.find((found) => found.kind === 'decisions'),
    unspoken:
      unspoken.length === 0
        ? ''
        : `; it speaks ${unspoken.join(', ')} too, if createClientWith gets ${exportNames(unspoken)} of tracestitch/protocols`,
    passthrough: (name: PassthroughId) => passthroughs.get(name),
    speaks: (name: ProtocolId, model: string) => (chatFor(model).isOwn ? undefined : chatOf(speaks.get(name))),
    bases: options.bases,
    otherwise(name: ProtocolId, model: string) {
      if (chatFor(model).isOwn) return undefined
      if (options.protocol !== undefined) return row.protocols.includes(name) ? '`protocol` says where to' : undefined
      if (unspoken.includes(name)) return `createClientWith has no ${exportNames([name])} of tracestitch/protocols`
      return chatOf(speaks.get(name))
    },
    sign,
    ready: missing === undefined && atHand && (!sign || hasCredentials(credentials, env)),
    missing,
    renewable: key !== undefined,
    authorize(refresh = false) {
      if (missingPart !== undefined) throw new ConfigError(`providers.${id}.variables`, missingPart, { provider: id })
      if (fixed) return fixed
      if (key) {
        return key(refresh).then((found) => {
          secrets.mint(found)
          return keyHeader(auth.token ?? auth, found)
        })
      }
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
    'is not an address; write it as host, host:port or http://host:port',
    { provider: row.id },
  )
}

/** Fields of the body that belong to the account. */
function bodyOf(row: ProviderRow, { variables }: ProviderOptions, env: Environment): PlannedProvider['body'] {
  const body: Record<string, string> = {}
  for (const [name, variable] of Object.entries(row.bodyVariables ?? {})) {
    const value = variables?.[name] ?? firstSet(variable.env, env) ?? variable.default
    if (value !== undefined) body[name] = value
  }
  return Object.keys(body).length > 0 ? Object.freeze(body) : undefined
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
  secrets: Secrets,
): PlannedProvider['sign'] {
  const { sign: signing } = row.auth
  if (!signing) return undefined
  const regionEnv = row.variables?.['region']?.env ?? []
  const region = variables?.['region']
  return awsSigner({ id: row.id, signing, credentials, region, regionEnv, keyEnv: row.env, env, secrets })
}
