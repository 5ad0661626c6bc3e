/**
 * Every error the library throws. `AbortError` is never wrapped: an abort by the caller reaches the
 * caller as it was. No message contains a key, a header or a prompt.
 */
import { types } from 'node:util'
import { typeName } from './json.js'
import type { ErrorClass } from './error-class.js'
import { boundedWait } from './wait.js'

const BRAND = Symbol.for('tracestitch.error')

/** One try at one target, as it appears in `_meta.attempts` and in an error's `attempts`. */
export interface Attempt {
  /** `provider/model`. */
  target: string
  /** HTTP status, when the provider answered. */
  status?: number
  /** Class name of the error, when the attempt failed. */
  error?: string
  /** How it failed, as `on` of a fallback names it. Not of one that was given up for a faster one. */
  failure?: ErrorClass
  /** Duration in milliseconds. */
  ms: number
}

/** A target that a call could not go on to after it had failed. */
export interface NotTried {
  /** `provider/model`, with `#name` where one model has several targets. */
  readonly target: string
  /** In words, such as which budget has too little left. */
  readonly why: string
  /** Of a limit or budget that refused it. */
  readonly error?: TracestitchError
}

/** What is known about a failure, for the error that tells it. */
export interface ErrorFields {
  /** What led to it. */
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
  /** Whether the same call may succeed later or elsewhere. Default: what the class stands for. */
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
  /** Targets that stood ready and were not tried after the failure, each with the limit, the budget or what else kept it. */
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

/** What was thrown, as an Error: some programs throw strings, and loggers look for a stack. */
function causeOf(thrown: unknown): Error {
  if (thrown instanceof Error || types.isNativeError(thrown)) return thrown
  return new Error(typeof thrown === 'string' ? thrown : `a value of type ${typeName(thrown)} was thrown`)
}

/** The configuration or the arguments are wrong. The message names the path and the fix. */
export class ConfigError extends TracestitchError {
  override name = 'ConfigError'
  /** Where in the options, such as `providers.mine.baseURL`. */
  readonly path: string
  constructor(path: string, problem: string, fields: ErrorFields = {}) {
    super(path === '' ? problem : `${path}: ${problem}`, fields)
    this.path = path
  }
}

/** No key or token could be had: the function, chain or library that gives it failed. Another target may still answer. */
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

/** The request asks for something the target's wire format cannot say. The message names all of it. */
export class UnsupportedParameterError extends TracestitchError {
  override name = 'UnsupportedParameterError'
  /** The first of {@link parameters}. */
  readonly parameter: string
  /** All that the target cannot do. */
  readonly parameters: readonly string[]
  constructor(parameter: string | readonly Unsupported[], provider: string, hint?: string) {
    const all = typeof parameter === 'string' ? [{ parameter, hint }] : parameter
    super(`${provider} does not support ${inWords(all)}`, { provider })
    this.parameters = Object.freeze(all.map(({ parameter: name }) => name))
    this.parameter = this.parameters[0] ?? ''
  }
}

/** Those with a hint of their own, and then the rest together. */
function inWords(all: readonly Unsupported[]): string {
  const hinted = all.flatMap(({ parameter, hint }) => (hint === undefined ? [] : [`\`${parameter}\`: ${hint}`]))
  const rest = all.flatMap(({ parameter, hint }) => (hint === undefined ? [`\`${parameter}\``] : []))
  if (rest.length === 0) return hinted.join('; ')
  const last = rest.length > 1 ? ` and ${rest.at(-1)}` : ''
  const names = `${(rest.length > 1 ? rest.slice(0, -1) : rest).join(', ')}${last}`
  return [...hinted, `${names}: remove ${rest.length > 1 ? 'them' : 'it'}, or set dropUnsupported`].join('; ')
}

/** What is left of a budget. */
export interface BudgetLeft {
  /** Where it stands in the options, such as `budgets[0]`. */
  readonly path: string
  /** Whose it is, such as `user=ann`, or `all calls`. */
  readonly scope: string
  /** Of `limit`, `left` and `estimate`. */
  readonly unit: 'usd' | 'tokens'
  /** The budget. */
  readonly limit: number
  /** What is left of it, reservations of calls under way taken off. */
  readonly left: number
  /** What the call may come to; absent when it cannot be priced. */
  readonly estimate?: number
  /** Of the estimate. `assumed`: the request sets no limit of its output. */
  readonly tokens: { readonly input: number; readonly output: number; readonly assumed: boolean }
  /** Why the call cannot be priced: no price, or a list of prices that could not be read. */
  readonly missing?: string
  /** What would let the call run. */
  readonly change: string
  /** Milliseconds; of a rolling budget until something is free again, as far as that is known. */
  readonly resetsInMs?: number
}

/** A limit of the caller's own was reached, so that no request was made: nothing was sent, and nothing was spent. */
export class LimitError extends TracestitchError {
  override name = 'LimitError'
  /**
   * `cooldown`: every target is in cooldown; `queue`: too many wait already, or for too long; the others: a limit of that
   * name.
   */
  readonly limit: 'cooldown' | 'queue' | 'requests' | 'tokens' | 'concurrent' | 'budget'
  /** Of a budget: what is left of it, and when it begins anew. */
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

/** No answer: refused, reset, DNS, TLS. */
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
  /** @param fields - `why`: why `ms` is not what the options say. */
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

/** An answer that is not what its format promises: cut short, malformed, or of another content type. */
export class StreamError extends TracestitchError {
  override name = 'StreamError'
  /** What arrived before the fault, as a chat completion, when there was anything. */
  declare readonly partial: unknown
  constructor(message: string, fields: ErrorFields & { readonly partial?: unknown } = {}) {
    super(message, { isRetryable: true, ...fields })
    // Not shown where an error is printed: it is what the model said.
    Object.defineProperty(this, 'partial', { value: fields.partial })
  }
}

/** A whole answer that is not what `response_format` asks for, found by `parse`. It was answered and is paid for. */
export class SchemaError extends TracestitchError {
  override name = 'SchemaError'
  /** What is wrong with it: no JSON, JSON of another shape, or cut at the limit of output tokens. */
  declare readonly code: 'invalid_json' | 'schema_mismatch' | 'output_truncated'
  /** The answer as it came. Not printed with the error, since it is what the model said. */
  declare readonly partial: unknown
  /** What the schema found wrong, where it says so. Not printed either: some schemas quote what they found. */
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
