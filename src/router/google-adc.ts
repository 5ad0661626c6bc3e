/**
 * Google's application default credentials (https://cloud.google.com/docs/authentication/application-default-credentials),
 * over `google-auth-library`: a key file, the user of gcloud, workload identity, or the metadata server.
 */
import { ConfigError, CredentialsError } from '../kernel/errors.js'
import type { GoogleCredentials } from '../kernel/provider.js'
import { firstSet, type Environment } from './environment.js'
import type { GiveKey } from './token-source.js'

/** Whether the environment names credentials. */
export function hasGoogleCredentials(env: Environment): boolean {
  return firstSet(['GOOGLE_APPLICATION_CREDENTIALS'], env) !== undefined
}

/** @param keyEnv - Environment variables that may hold a token instead, for messages. */
export function googleTokens(id: string, { scope }: GoogleCredentials, keyEnv: readonly string[]): GiveKey {
  type Auth = InstanceType<typeof import('google-auth-library').GoogleAuth>
  let auth: Auth | undefined
  return async ({ refresh }) => {
    const { GoogleAuth } = await loadLibrary(id, keyEnv)
    // It caches a token until shortly before it expires; a new instance drops a refused one.
    if (refresh || !auth) auth = new GoogleAuth({ scopes: scope })
    try {
      return (await inTime(auth.getAccessToken())) ?? ''
    } catch (cause) {
      // Credentials may be set up later, so a failure is not kept.
      auth = undefined
      throw new CredentialsError(
        `providers.${id}.apiKey`,
        "Google's default credentials gave no token; see the cause",
        { cause, provider: id },
      )
    }
  }
}

/** Milliseconds for the library, which otherwise waits without end for a metadata server that does not answer. */
const TIMEOUT = 15_000

async function inTime<T>(asked: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no token within ${TIMEOUT} ms`)), TIMEOUT)
  })
  return Promise.race([asked, over]).finally(() => clearTimeout(timer))
}

async function loadLibrary(id: string, keyEnv: readonly string[]): Promise<typeof import('google-auth-library')> {
  try {
    return await import('google-auth-library')
  } catch (cause) {
    const ways = `install google-auth-library for Google's default credentials, set ${keyEnv.join(' or ')}, or give a function here`
    throw new ConfigError(`providers.${id}.apiKey`, `no credentials: ${ways}`, { cause, provider: id })
  }
}
