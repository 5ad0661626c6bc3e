/** The contract of a provider: data only. A quirk of its dialect is a field of `quirks`, never a branch in shared code. */
import type { ProtocolId, Quirks } from './protocol.js'

/** How a key is sent. */
export interface AuthScheme {
  /** Header that carries the key, lower case. */
  readonly header: string
  /** Text before the key, such as `Bearer `. */
  readonly prefix?: string
}

export interface ProviderRow {
  /** Used in model strings: `id/model`. */
  readonly id: string
  /** Display name. */
  readonly name: string
  /** Formats it speaks, best first for chat. The first of each kind is used. */
  readonly protocols: readonly [ProtocolId, ...ProtocolId[]]
  /** Without a trailing slash. */
  readonly baseURL: string
  readonly auth: AuthScheme
  /** Environment variables that may hold the key, in order. Empty: no key is needed. */
  readonly env: readonly string[]
  /** Environment variables that may hold another base URL, in order. */
  readonly baseURLEnv?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  readonly quirks?: Quirks
  /** Value of `gen_ai.provider.name`, where OpenTelemetry lists another word than `id`. */
  readonly telemetryName?: string
  /**
   * Host names, or suffixes that begin with a dot, that belong to this provider. By default trace
   * context is not sent to a first-party host.
   */
  readonly hosts?: readonly string[]
  /** A gateway continues our trace, so its hosts receive trace context. Default false. */
  readonly gateway?: boolean
  /** Page that the row's facts come from. */
  readonly docs: string
}
