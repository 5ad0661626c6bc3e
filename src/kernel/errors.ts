/**
 * Every error the library throws. `AbortError` is never wrapped: the caller gets the reason of its abort unchanged. No
 * message contains a key, a header or a prompt.
 */
import { typeName } from './json.js'
import type { ErrorClass } from './error-class.js'
import { boundedWait } from './wait.js'
import { isNativeError } from './platform.js'

const BRAND = Symbol.for('tracestitch.error')

/** One try at one target, as it appears in `_meta.attempts` and in an error's `attempts`. */
export interface Attempt {
  /** `provider/model`. */
  target: string
  /** HTTP status, when the provider answered. */
  status?: number
  /** Class name of the error, when the attempt failed. */
  error?: string
  /** How it failed, as in `on` of a fallback. Absent for an attempt that was given up for a faster one. */
  failure?: ErrorClass
  /** Duration in milliseconds. */
  ms: number
}

/** A target that a call could not try after a failure. */
export interface NotTried {
  /** `provider/model`, with `#name` where one model has several targets. */
  readonly target: string
  /** Why, in words, such as which budget has too little left. */
  readonly why: string
  /** The limit or budget that refused it, if one did. */
  readonly error?: TracestitchError
}

/** The facts of a failure, for its error. */
export interface ErrorFields {
  /** The underlying error. */
  readonly cause?: unknown
  /** HTTP status of the provider's answer. */
  readonly status?: number
  /** Id of the provider. */
  readonly provider?: string
  /** The model, as the provider calls it. */
  readonly model?: string
  /** The provider's error code, such as `context_length_exceeded`. */
  readonly code?: string
  /** The provider's id of the request, for its support. */
  readonly requestId?: string
  /** Whether the same call may succeed later or elsewhere. Default: by the class of the error. */
  readonly isRetryable?: boolean
  /** Milliseconds to wait before another try. */
  readonly retryAfterMs?: number
}

/** Base of all errors of this library. `TracestitchError.isInstance(e)` holds across copies of the package. */
export class TracestitchError extends Error {
  /** Name of the class, such as `ProviderError`. */
  override name = 'TracestitchError'
  /** HTTP status of the provider's answer; `undefined` when there was none. */
  readonly status: number | undefined
  /** Id of the provider that failed last. */
  readonly provider: string | undefined
  /** The model, as the provider calls it. */
  readonly model: string | undefined
  /** The provider's error code, such as `context_length_exceeded`. */
  readonly code: string | undefined
  /** The provider's id of the request, for its support. */
  readonly requestId: string | undefined
  /** Whether the same call may succeed later or elsewhere. */
  readonly isRetryable: boolean
  /** Milliseconds the provider asked to wait. */
  readonly retryAfterMs: number | undefined
  /** Every attempt of the call, oldest first; filled in by the client. */
  attempts: readonly Attempt[] = []
  /** Targets that were left but not tried after the failure, each with the limit, the budget or another reason. */
  notTried: readonly NotTried[] = []

  constructor(message: string, fields: ErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: causeOf(fields.cause) })
    Object.defineProperty(this, BRAND, { value: true })
    this.status = fields.status
    this.provider = fields.provider
    this.model = fields.model
    this.code = fields.code
    this.requestId = fields.requestId
    this.isRetryable = fields.isRetryable ?? false
    this.retryAfterMs = fields.retryAfterMs === undefined ? undefined : boundedWait(fields.retryAfterMs)
  }

  static isInstance(value: unknown): value is TracestitchError {
    return typeof value === 'object' && value !== null && BRAND in value
  }
}

/** The thrown value as an Error: some programs throw strings, and loggers expect a stack. */
function causeOf(thrown: unknown): Error {
  if (thrown instanceof Error || isNativeError(thrown)) return thrown
  return new Error(typeof thrown === 'string' ? thrown : `a value of type ${typeName(thrown)} was thrown`)
}

/** The configuration or the arguments are wrong. The message names the path and the fix. */
export class ConfigError extends TracestitchError {
  override name = 'ConfigError'
  /** The path in the options, such as `providers.mine.baseURL`. */
  readonly path: string
  constructor(path: string, problem: string, fields: ErrorFields = {}) {
    super(path === '' ? problem : `${path}: ${problem}`, fields)
    this.path = path
  }
}

/** No key or token could be obtained: the function, chain or library for it failed. Another target may still answer. */
export class CredentialsError extends ConfigError {
  override name = 'CredentialsError'
}

/** One thing that a request asks for and a target cannot do. */
export interface Unsupported {
  /** Name of the parameter, as in the request. */
  readonly parameter: string
  /** What to do about it. */
  readonly hint?: string | undefined
}

/** The request has parameters that the target does not support. The message names all of them. */
export class UnsupportedParameterError extends TracestitchError {
  override name = 'UnsupportedParameterError'
  /** The first of {@link parameters}. */
  readonly parameter: string
  /** All parameters that the target does not support. */
  readonly parameters: readonly string[]
  constructor(parameter: string | readonly Unsupported[], provider: string, hint?: string) {
    const all = typeof parameter === 'string' ? [{ parameter, hint }] : parameter
    super(`${provider} does not support ${inWords(all)}`, { provider })
    this.parameters = Object.freeze(all.map(({ parameter: name }) => name))
    this.parameter = this.parameters[0] ?? ''
  }
}

/** Parameters with a hint first, then all others together. */
function inWords(all: readonly Unsupported[]): string {
  const hinted = all.flatMap(({ parameter, hint }) => (hint === undefined ? [] : [`\`${parameter}\`: ${hint}`]))
  const rest = all.flatMap(({ parameter, hint }) => (hint === undefined ? [`\`${parameter}\``] : []))
  if (rest.length === 0) return hinted.join('; ')
  const last = rest.length > 1 ? ` and ${rest.at(-1)}` : ''
  const names = `${(rest.length > 1 ? rest.slice(0, -1) : rest).join(', ')}${last}`
  return [...hinted, `${names}: remove ${rest.length > 1 ? 'them' : 'it'}, or set dropUnsupported`].join('; ')
}

/** The state of a budget. */
export interface BudgetLeft {
  /** Its path in the options, such as `budgets[0]`. */
  readonly path: string
  /** Its scope, such as `user=ann`, or `all calls`. */
  readonly scope: string
  /** The unit of `limit`, `left` and `estimate`. */
  readonly unit: 'usd' | 'tokens'
  /** The whole budget. */
  readonly limit: number
  /** What is left, less the reservations of calls under way. */
  readonly left: number
  /** What the call may cost or use; absent when it cannot be priced. */
  readonly estimate?: number
  /** Tokens of the estimate. `assumed`: the request sets no limit of its output. */
  readonly tokens: { readonly input: number; readonly output: number; readonly assumed: boolean }
  /** Why the call cannot be priced: no price, or a list of prices that could not be read. */
  readonly missing?: string
  /** What to change so that the call can run. */
  readonly change: string
  /** Milliseconds until the period ends; for a rolling budget, until something is free again, as far as that is known. */
  readonly resetsInMs?: number
}

/** A limit or budget of the caller's own was reached: no request was sent, and nothing was spent. */
export class LimitError extends TracestitchError {
  override name = 'LimitError'
  /**
   * `cooldown`: every target is in cooldown; `queue`: too many calls wait, or this one waited too long; the others: a limit
   * of that name.
   */
  readonly limit: 'cooldown' | 'queue' | 'requests' | 'tokens' | 'concurrent' | 'budget'
  /** For a budget: what is left of it, and when it resets. */
  readonly budget: BudgetLeft | undefined
  constructor(
    problem: string,
    fields: ErrorFields & { readonly limit: LimitError['limit']; readonly budget?: BudgetLeft },
  ) {
    const { retryAfterMs } = fields
    super(retryAfterMs === undefined ? problem : `${problem}; the first may be tried in ${retryAfterMs} ms`, {
      isRetryable: true,
      ...fields,
    })
    this.limit = fields.limit
    this.budget = fields.budget
  }
}

/** No answer came: the connection was refused or reset, or DNS or TLS failed. */
export class ConnectionError extends TracestitchError {
  override name = 'ConnectionError'
  constructor(message: string, fields: ErrorFields = {}) {
    super(message, { isRetryable: true, ...fields })
  }
}

/** One of the call's time limits ran out; `limit` says which. */
export class TimeoutError extends TracestitchError {
  override name = 'TimeoutError'
  /** The option of `timeout` that ran out. */
  readonly limit: 'connect' | 'attempt' | 'firstChunk' | 'idle' | 'total'
  /** @param fields - `why`: why `ms` differs from the options. */
  constructor(limit: TimeoutError['limit'], ms: number, fields: ErrorFields & { readonly why?: string } = {}) {
    const { why, ...rest } = fields
    const awaited = limit === 'idle' ? 'further chunk' : limit === 'firstChunk' ? 'first chunk' : 'answer'
    super(`no ${awaited} within ${ms} ms (timeout.${limit}${why === undefined ? '' : `: ${why}`})`, {
      isRetryable: true,
      ...rest,
    })
    this.limit = limit
  }
}

/** An answer that breaks its format: cut short, malformed, or of another content type. */
export class StreamError extends TracestitchError {
  override name = 'StreamError'
  /** What arrived before the fault, as a chat completion; `undefined` if nothing did. */
  declare readonly partial: unknown
  constructor(message: string, fields: ErrorFields & { readonly partial?: unknown } = {}) {
    super(message, { isRetryable: true, ...fields })
    // Not shown when the error is printed, because it is content.
    Object.defineProperty(this, 'partial', { value: fields.partial })
  }
}

/** `parse` got a whole answer that does not fit `response_format`. The answer is paid for. */
export class SchemaError extends TracestitchError {
  override name = 'SchemaError'
  /** What is wrong with it: not JSON, JSON of another shape, or cut at the limit of output tokens. */
  declare readonly code: 'invalid_json' | 'schema_mismatch' | 'output_truncated'
  /** The answer as it came. Not printed with the error, because it is content. */
  declare readonly partial: unknown
  /** The issues that the schema reported, if any. Not printed either: some schemas quote content. */
  declare readonly issues: readonly unknown[]
  constructor(
    message: string,
    fields: ErrorFields & {
      readonly code: SchemaError['code']
      readonly partial?: unknown
      readonly issues?: readonly unknown[]
    },
  ) {
    super(message, fields)
    Object.defineProperty(this, 'partial', { value: fields.partial })
    Object.defineProperty(this, 'issues', { value: fields.issues ?? [] })
  }
}

/** Whether the value is an abort by the caller: a DOM `AbortError`, or an SDK's own class of that meaning. */
export function isAbortError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const name = (error as { name?: unknown }).name
  const constructorName = (error as { constructor?: { name?: unknown } }).constructor?.name
  return name === 'AbortError' || constructorName === 'APIUserAbortError'
}
