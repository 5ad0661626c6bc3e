/** Options of one call. */
import type { TimeoutOptions } from '../../policies/timeout.js'
import type { FallbackOptions } from '../../router/options.js'
import type { Identity } from '../../telemetry/identity.js'

/** Whom a call is for, over what `withContext` says: field by field, tags added. */
export type CallMetadata = Identity

/** Options of one call, as second argument. All but `metadata` may also stand in the body. */
export interface CallOptions {
  /** Aborts the call; its reason reaches the caller as it is. */
  signal?: AbortSignal | null | undefined
  /** Sent with the request; they win over the provider's. */
  headers?: Readonly<Record<string, string>> | undefined
  /** Time limits in milliseconds, over those of the client; a number is `total`. */
  timeout?: number | TimeoutOptions | undefined
  /** Models to try next, instead of the alias' and the client's; `false`: none. */
  fallbacks?: readonly FallbackOptions[] | false | undefined
  /** Where calls wait for a place, a lower number goes first. Default 0. */
  priority?: number | undefined
  /** Leave out, with a warning, what a target's format cannot say; over what the client's options say. */
  dropUnsupported?: boolean | undefined
  /** Whom the call is for, over what `withContext` says around it. */
  metadata?: CallMetadata | undefined
  /** Fields merged into the wire body as they are. */
  extra_body?: Readonly<Record<string, unknown>> | undefined
  /** Fields merged into the wire body for one provider only, by provider id. */
  provider_options?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined
}

/** Options of a call that may stand in its body. `metadata` there is OpenAI's own field. */
export type BodyOptions = Omit<CallOptions, 'metadata'>
