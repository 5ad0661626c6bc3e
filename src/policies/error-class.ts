/** What kind of failure an error is, as the policies see it. */
import {
  CredentialsError,
  isAbortError,
  ProviderError,
  StreamError,
  TimeoutError,
  ConnectionError,
  UnsupportedParameterError,
  ConfigError,
} from '../kernel/errors.js'
import { wordsOf } from '../kernel/redact/errors.js'

export type ErrorClass =
  | 'abort'
  | 'config'
  /** The target cannot express the request. */
  | 'unsupported'
  /** 401, 403: this target's key is wrong, or may not use the model. Also when there is none to be had. */
  | 'auth'
  /** 404, or a redirect, which is not followed: the address or the model is wrong for this target. */
  | 'not-found'
  /** 429 because of the rate: waiting helps. */
  | 'rate-limit'
  /** Quota or credit used up: waiting does not help. */
  | 'quota'
  /** 529, 503, 498, or said so: the provider has no capacity. Another target may have; this one may later. */
  | 'overloaded'
  /** The prompt is longer than the model's context. */
  | 'context-length'
  | 'content-policy'
  /** The request itself is wrong, at every target. */
  | 'bad-request'
  | 'timeout'
  | 'connection'
  /** 5xx, 408, 409, 424, and an error inside a 200 answer. */
  | 'server'
  /** An answer that is not what its format promises. */
  | 'malformed'
  /** An answer that this target would give again, such as one too large to be read. */
  | 'unreadable'
  | 'unknown'

/**
 * Codes and types, in lower case, for the classes that a status alone does not tell. OpenAI and Azure
 * (https://platform.openai.com/docs/guides/error-codes), Anthropic (https://docs.anthropic.com/en/api/errors), Google
 * (https://ai.google.dev/gemini-api/docs/troubleshooting), Bedrock
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html), Groq
 * (https://console.groq.com/docs/errors), Mistral, Moonshot and Alibaba.
 */
const CLASS_BY_CODE: ReadonlyMap<string, ErrorClass> = new Map([
  ['insufficient_quota', 'quota'],
  ['insufficientquota', 'quota'],
  ['quota_exhausted', 'quota'],
  ['exceeded_current_quota_error', 'quota'],
  ['enforced_spend_limit_reached', 'quota'],
  ['credit_balance_too_low', 'quota'],
  ['billing_hard_limit_reached', 'quota'],
  ['billing_not_active', 'quota'],
  ['billing_error', 'quota'],
  ['servicequotaexceededexception', 'quota'],
  ['arrearage', 'quota'],
  ['context_length_exceeded', 'context-length'],
  ['request_too_large', 'context-length'],
  ['content_filter', 'content-policy'],
  ['content_policy_violation', 'content-policy'],
  ['data_inspection_failed', 'content-policy'],
  ['datainspectionfailed', 'content-policy'],
  ['model_not_found', 'not-found'],
  ['not_found_error', 'not-found'],
  ['deploymentnotfound', 'not-found'],
  ['resourcenotfoundexception', 'not-found'],
  ['invalid_api_key', 'auth'],
  ['api_key_invalid', 'auth'],
  ['authentication_error', 'auth'],
  ['permission_error', 'auth'],
  ['accessdeniedexception', 'auth'],
  ['unrecognizedclientexception', 'auth'],
  ['rate_limit_exceeded', 'rate-limit'],
  ['rate_limit_error', 'rate-limit'],
  ['rate_limited', 'rate-limit'],
  ['ratelimitreached', 'rate-limit'],
  ['resource_exhausted', 'rate-limit'],
  ['throttlingexception', 'rate-limit'],
  ['overloaded_error', 'overloaded'],
  ['engine_overloaded_error', 'overloaded'],
  ['model_overloaded', 'overloaded'],
  ['server_is_overloaded', 'overloaded'],
  ['service_unavailable_error', 'overloaded'],
  ['service_tier_capacity_exceeded', 'overloaded'],
  ['model_capacity_exhausted', 'overloaded'],
  ['capacity_exceeded', 'overloaded'],
  ['nocapacity', 'overloaded'],
  ['slow_down', 'overloaded'],
  ['modelnotreadyexception', 'overloaded'],
  ['serviceunavailableexception', 'overloaded'],
  ['api_error', 'server'],
  ['server_error', 'server'],
  ['modelerrorexception', 'server'],
  ['modelstreamerrorexception', 'server'],
  ['modeltimeoutexception', 'server'],
  ['internalserverexception', 'server'],
])

// Providers that send a plain 400 for a long prompt only say so in words.
const TOO_LONG =
  /context[ _](length|window)|maximum context|prompt is too long|too many (input |prompt )?tokens|exceeds? the (maximum|model's) .*tokens/i
/** More in one request than the account gets in a minute: OpenAI as 429, Groq as 413. Waiting does not help. */
const TOO_LARGE = /request too large for/i
/** Anthropic's and xAI's account without credit, as 400, 403 or 429. */
const SPENT =
  /credit balance is too low|reached your specified api usage limits|(used|run out of|exhausted) (all|available|your) .*credits|insufficient (balance|credits?|quota)|spending limit/i
/** A quota that is whole again tomorrow, or that must be bought: OpenAI, Gemini, Groq, Bedrock. */
const FOR_LONG = /per[ _]?(day|month)|daily|monthly|\b(TPD|RPD)\b|exceeded your current quota/i
/** Azure and Mistral send 429 also when it is they who have too little. */
const NO_CAPACITY =
  /high demand|temporarily unable to process|capacity (exceeded|exhausted|constrained)|no capacity|overloaded/i
/** Google refuses some countries with a 400. */
const WRONG_PLACE = /location is not supported/i

export function classifyError(error: unknown): ErrorClass {
  if (isAbortError(error)) return 'abort'
  if (error instanceof CredentialsError) return 'auth'
  if (error instanceof ConfigError) return 'config'
  if (error instanceof UnsupportedParameterError) return 'unsupported'
  if (error instanceof TimeoutError) return 'timeout'
  if (error instanceof ConnectionError) return 'connection'
  if (error instanceof ProviderError) return classifyProviderError(error)
  if (error instanceof StreamError) return classifyStreamError(error)
  return 'unknown'
}

function classifyStreamError({ isRetryable, status }: StreamError): ErrorClass {
  if (isRetryable) return 'malformed'
  // Before there is an answer, a codec says so of a request that it cannot read.
  return status === undefined ? 'bad-request' : 'unreadable'
}

function classifyProviderError(error: ProviderError): ErrorClass {
  const { status } = error
  const message = wordsOf(error)
  const named = nameOf(error.code) ?? nameOf(error.type)
  const byStatus = status === undefined || status < 300 ? undefined : classOfStatus(status)
  // What says no more than that there was an error yields to a status that does.
  const known =
    named === undefined || (named === 'server' && byStatus !== 'bad-request') ? (byStatus ?? 'server') : named
  if (known === 'rate-limit') return classifyRefusal(error)
  if ((known === 'bad-request' || known === 'auth') && SPENT.test(message)) return 'quota'
  if (known !== 'bad-request') return known
  if (WRONG_PLACE.test(message)) return 'auth'
  return TOO_LONG.test(message) ? 'context-length' : 'bad-request'
}

function nameOf(code: string | undefined): ErrorClass | undefined {
  return code === undefined ? undefined : CLASS_BY_CODE.get(code.toLowerCase())
}

/** Too much at once: because of the rate, for longer, because the provider has no capacity, or in this one request. */
function classifyRefusal(error: ProviderError): ErrorClass {
  const { status, code = '', type = '', retryAfterMs } = error
  const message = wordsOf(error)
  if (status === 413 || TOO_LARGE.test(message)) return 'context-length'
  if (SPENT.test(message)) return 'quota'
  if (NO_CAPACITY.test(message)) return 'overloaded'
  // A quota's name may say a day though its window rolls: the provider's own wait tells more.
  if (retryAfterMs === undefined && FOR_LONG.test(`${code} ${type} ${message}`)) return 'quota'
  return 'rate-limit'
}

function classOfStatus(status: number): ErrorClass {
  if (status < 400) return 'not-found'
  if (status === 401 || status === 403) return 'auth'
  if (status === 402) return 'quota'
  if (status === 404) return 'not-found'
  if (status === 429) return 'rate-limit'
  if (status === 413) return 'context-length'
  // 498 is Groq's, for its flex tier.
  if (status === 529 || status === 503 || status === 498) return 'overloaded'
  // 424 is Bedrock's, of a model that failed.
  if (status >= 500 || status === 408 || status === 409 || status === 424 || status === 425) return 'server'
  return 'bad-request'
}

const RETRYABLE: ReadonlySet<ErrorClass> = new Set([
  'rate-limit',
  'timeout',
  'connection',
  'server',
  'overloaded',
  'malformed',
])

/** Whether the same request may succeed at the same target a little later. */
export function isRetryableClass(errorClass: ErrorClass): boolean {
  return RETRYABLE.has(errorClass)
}
