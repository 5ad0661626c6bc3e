/**
 * AWS Signature Version 4, over `aws4fetch`. It signs the host, the body and AWS's own headers. Trace headers and those
 * that a proxy may change are not signed, so that they can be set afterwards.
 */
import { ConfigError, CredentialsError } from '../kernel/errors.js'
import { isObject } from '../kernel/json.js'
import type { RequestSigning } from '../kernel/provider.js'
import type { Secrets } from '../kernel/redact/secrets.js'
import { firstSet, type Environment } from './environment.js'
import type { AwsCredentials, ProviderOptions } from './options.js'
import type { SignableRequest } from './target.js'

export interface SigningSettings {
  /** Provider id. */
  readonly id: string
  readonly signing: RequestSigning
  readonly credentials: ProviderOptions['credentials']
  /** The caller's setting; it wins over a region in the host. */
  readonly region: string | undefined
  /** Environment variables that may hold the region, in order. */
  readonly regionEnv: readonly string[]
  /** Environment variables that may hold a key in place of credentials, for messages. */
  readonly keyEnv: readonly string[]
  readonly env: Environment
  /** Collects the credentials that are used. */
  readonly secrets: Secrets
}

export type Sign = (request: SignableRequest) => Promise<Readonly<Record<string, string>>>

/** Headers of AWS's own must be part of the signature. */
const OWN_HEADER = /^x-amz/

/** The region in `bedrock-runtime.eu-west-1.amazonaws.com` and in private endpoints. */
const REGION_IN_HOST = /(?:^|\.)([a-z]{2}(?:-[a-z]+)+-\d)\./

/** @returns A function that returns the headers to add. It throws ConfigError when there are no credentials or no region. */
export function awsSigner({
  id,
  signing,
  credentials,
  region,
  regionEnv,
  keyEnv,
  env,
  secrets,
}: SigningSettings): Sign {
  const give = credentialsSource(id, credentials, keyEnv, env)
  const usual = firstSet(regionEnv, env)
  /** Signing keys by day, which `aws4fetch` derives once. */
  const cache = new Map<string, ArrayBuffer>()
  return async (request) => {
    const { AwsV4Signer } = await loadSigner(id)
    const { accessKeyId, secretAccessKey, sessionToken } = await give()
    for (const secret of [accessKeyId, secretAccessKey, sessionToken]) secrets.mint(secret)
    const { hostname } = new URL(request.url)
    const found = region ?? REGION_IN_HOST.exec(hostname)?.[1] ?? usual
    if (found === undefined) {
      throw new ConfigError(
        `providers.${id}.variables.region`,
        `a signed request needs a region: set it${regionEnv.length > 0 ? `, or ${regionEnv.join(' or ')}` : ''}`,
        { provider: id },
      )
    }
    // There are few keys in a day; those of rotated credentials must not accumulate.
    if (cache.size > 64) cache.clear()
    const signer = new AwsV4Signer({
      method: request.method,
      url: request.url,
      headers: [...request.headers].filter(([name]) => OWN_HEADER.test(name)),
      body: request.body,
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== undefined && { sessionToken }),
      service: signing.service,
      region: found,
      cache,
    })
    const { headers } = await signer.sign()
    return Object.fromEntries(headers)
  }
}

async function loadSigner(id: string): Promise<typeof import('aws4fetch')> {
  try {
    return await import('aws4fetch')
  } catch (cause) {
    throw new ConfigError(
      `providers.${id}`,
      'AWS credentials need the package `aws4fetch`: install it, or give an API key in apiKey',
      { cause, provider: id },
    )
  }
}

/** @throws ConfigError for credentials in the options, CredentialsError for those from a function or the chain. */
type CredentialsSource = () => AwsCredentials | Promise<AwsCredentials>

/** Whether there are credentials without the chain. */
export function hasCredentials(given: ProviderOptions['credentials'], env: Environment): boolean {
  return given !== undefined || envCredentials(env) !== undefined
}

function envCredentials(env: Environment): AwsCredentials | undefined {
  const accessKeyId = firstSet(['AWS_ACCESS_KEY_ID'], env)
  const secretAccessKey = firstSet(['AWS_SECRET_ACCESS_KEY'], env)
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined
  const sessionToken = firstSet(['AWS_SESSION_TOKEN'], env)
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) }
}

function credentialsSource(
  id: string,
  given: ProviderOptions['credentials'],
  keyEnv: readonly string[],
  env: Environment,
): CredentialsSource {
  if (typeof given === 'function')
    return () => askCredentials(given, id, 'the function that gives them failed; see the cause')
  if (given) return () => checked(given, id, ConfigError)
  const fromEnv = envCredentials(env)
  if (fromEnv) return () => checked(fromEnv, id, ConfigError)
  let chain: Promise<() => unknown> | undefined
  return async () => {
    chain ??= loadChain(id, keyEnv)
    let provide: () => unknown
    try {
      provide = await chain
    } catch (error) {
      // The package may be installed later, so a failure is not kept.
      chain = undefined
      throw error
    }
    return askCredentials(provide, id, `${waysOf(id, keyEnv)}; the chain of AWS found none, see the cause`)
  }
}

function waysOf(id: string, keyEnv: readonly string[]): string {
  const names = [...keyEnv, 'AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY', `providers.${id}.credentials`]
  return `no AWS credentials: set ${names.join(' or ')}`
}

/** The package is optional. A computed name keeps TypeScript from looking for its types. */
const CHAIN_PACKAGE: string = '@aws-sdk/credential-providers'

/** Profiles, SSO, container and instance roles. The chain caches credentials until they expire. */
async function loadChain(id: string, keyEnv: readonly string[]): Promise<() => unknown> {
  let loaded: unknown
  try {
    loaded = await import(CHAIN_PACKAGE)
  } catch (cause) {
    throw new ConfigError(
      `providers.${id}.credentials`,
      `${waysOf(id, keyEnv)}, or install ${CHAIN_PACKAGE} for profiles and roles`,
      { cause, provider: id },
    )
  }
  const make = isObject(loaded) ? loaded['fromNodeProviderChain'] : undefined
  if (typeof make !== 'function') {
    throw new ConfigError(
      `providers.${id}.credentials`,
      `this version of ${CHAIN_PACKAGE} has no fromNodeProviderChain`,
      { provider: id },
    )
  }
  return make() as () => unknown
}

async function askCredentials(give: () => unknown, id: string, problem: string): Promise<AwsCredentials> {
  let given: unknown
  try {
    given = await give()
  } catch (cause) {
    throw new CredentialsError(`providers.${id}.credentials`, problem, { cause, provider: id })
  }
  return checked(given, id, CredentialsError)
}

function checked(value: unknown, id: string, Fault: typeof ConfigError): AwsCredentials {
  const path = `providers.${id}.credentials`
  const { accessKeyId, secretAccessKey, sessionToken } = isObject(value) ? value : {}
  const isSet = (text: unknown): text is string => typeof text === 'string' && text !== ''
  if (!isSet(accessKeyId) || !isSet(secretAccessKey))
    throw new Fault(path, 'are incomplete: give accessKeyId and secretAccessKey', { provider: id })
  const credentials = { accessKeyId, secretAccessKey, ...(isSet(sessionToken) && { sessionToken }) }
  for (const [name, text] of Object.entries(credentials))
    if (/[^\u0021-\u007e]/.test(text))
      throw new Fault(
        `${path}.${name}`,
        'has a character that AWS credentials never have, such as a space or a line break',
        {
          provider: id,
        },
      )
  return credentials
}
