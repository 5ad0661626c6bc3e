/** The error of a refusal: by far the one that most is known of. */
import type { Usage } from './hub.js'
import type { ErrorClass } from './error-class.js'
import { TracestitchError, type ErrorFields } from './errors.js'
import type { RateLimit } from './rate-limit.js'
import { classOfRefusal } from './refusal/classify.js'

/** The facts of a provider's refusal. */
export interface ProviderErrorFields extends ErrorFields {
  /** The provider's error type, such as `invalid_request_error`. */
  readonly type?: string
  /** The rate limits in the headers of the answer. */
  readonly rateLimit?: RateLimit
  /** What the provider counted before it failed. */
  readonly usage?: Usage | undefined
  /** The provider behind a gateway that refused. */
  readonly upstream?: string
  /** When it may be tried again, in milliseconds since 1970. */
  readonly retryAt?: number
  /** The class of the failure. Default: by status, codes and message. */
  readonly failureClass?: ErrorClass
}

/** The provider answered with an error status, or with an error inside a 200 answer. */
export class ProviderError extends TracestitchError {
  override name = 'ProviderError'
  /** The provider's error type, such as `invalid_request_error`. */
  readonly type: string | undefined
  /** The rate limits in the headers of the answer, if there are any. */
  readonly rateLimit: RateLimit | undefined
  /** The provider behind a gateway that refused, as the gateway names it. */
  readonly upstream: string | undefined
  /** When it may be tried again, in milliseconds since 1970, if the body of the answer has a time. */
  readonly retryAt: number | undefined
  /** The class of the failure, as in `on` of a fallback: by status, codes and message. */
  readonly failureClass: ErrorClass
  /** What the provider counted before it failed, where the answer says so: a response that fails is billed. */
  declare readonly usage?: Usage
  constructor(message: string, fields: ProviderErrorFields = {}) {
    super(message, fields)
    const { type, rateLimit, upstream, retryAt, status, code, retryAfterMs, usage } = fields
    if (usage) this.usage = usage
    this.type = type
    this.rateLimit = rateLimit
    this.upstream = upstream
    this.retryAt = retryAt
    const names = [code, type].filter((name) => name !== undefined)
    this.failureClass = fields.failureClass ?? classOfRefusal({ status, names, words: message, retryAfterMs })
  }
}
