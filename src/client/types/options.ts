/** Options of one call. */
import type { TimeoutOptions } from '../../policies/timeout.js'
import type { CallCacheOptions, FallbackOptions } from '../../router/options.js'
import type { Identity } from '../../telemetry/identity.js'

/** Whom a call is for. Its fields override those of `withContext` one by one; tags add up. */
export type CallMetadata = Identity

/** Options of one call, as second argument. All but `metadata` may also be fields of the body. */
export interface CallOptions {
  /** Aborts the call, which then throws the signal's reason unchanged. */
  signal?: AbortSignal | null | undefined
  /** Headers of the request; they override the provider's. */
  headers?: Readonly<Record<string, string>> | undefined
  /** Time limits in milliseconds. They override all others; a number is `total`. */
  timeout?: number | TimeoutOptions | undefined
  /** Models to try next, instead of the fallbacks of the alias and the client; `false`: none. */
  fallbacks?: readonly FallbackOptions[] | false | undefined
  /** When calls wait for a limit, the one with the lowest number goes first. Default 0. */
  priority?: number | undefined
  /** As the client's option, for this call. */
  dropUnsupported?: boolean | undefined
  /** How the call uses the client's cache; `false`: not at all. Default: as the client's options say. */
  cache?: boolean | CallCacheOptions | undefined
  /** Whom the call is for. Its fields override those of `withContext`. */
  metadata?: CallMetadata | undefined
  /** Fields merged into the wire body as they are. */
  extra_body?: Readonly<Record<string, unknown>> | undefined
  /** Fields merged into the wire body for one provider only, by provider id. */
  provider_options?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined
}

/** Options of a call that may be fields of its body. `metadata` there is OpenAI's own field. */
export type BodyOptions = Omit<CallOptions, 'metadata'>
