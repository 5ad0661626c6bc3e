/**
 * Classifies the refusal of a provider: the one place that reads its status, codes and words. A specific code comes first, then the
 * status, then the words, by the tables in this folder in their order.
 */
import type { ErrorClass } from '../error-class.js'
import { account, SPENT } from './account.js'
import { baseOfCode, classOfCode } from './codes.js'
import { contentPolicy } from './content-policy.js'
import { contextLength } from './context-length.js'
import type { Base, ErrorFact } from './fact.js'
import { model } from './model.js'
import { unservedFeature, missingResource } from './unserved-request.js'

/** A refusal as it was received. */
export interface Refusal {
  readonly status?: number | undefined
  /** Codes and types, the outermost first: those of the provider behind a gateway are further in. */
  readonly names: readonly string[]
  /** The text of the body, as far as it is read. */
  readonly words: string
  readonly retryAfterMs?: number | undefined
}

/** One request with more than the account may use in a minute (OpenAI as 429, Groq as 413) or may send at all (Anthropic). Waiting does not help. */
const TOO_LARGE = /request too large for|long context requests/i
/** A quota that is free again tomorrow, or that must be bought: OpenAI, Gemini, Groq, Bedrock. */
const FOR_LONG = /(?:per[ _]?|\/ ?)(day|month)|daily|monthly|\b(TPD|RPD)\b|exceeded your current quota/i
/** The provider lacks capacity. Azure and Mistral send a 429 for this too, others a 500 or an error inside a 200. */
const NO_CAPACITY =
  /high (?:demand|traffic)|temporarily unable to process|capacity (?:temporarily )?(?:exceeded|exhausted|constrained)|(?:no|over|at) capacity|\boverloaded\b|too busy|(?:server|model) (?:is )?busy|负载较高|访问量过大|服务繁忙/i
/** Rate limits that come with another status: a 403 of Google's older APIs, 400 and 500 of gateways. */
const TOO_OFTEN =
  /rate[ -]?limit(?:ed)? (?:is |was )?(?:exceeded|reached|hit)|(?:exceed(?:ed|s)?|reached|hit)(?: \w+){0,3} rate[ -]?limit|too many requests|(?:requests|tokens) per[ -](?:minute|second|min|sec)\b[^.]{0,40}(?:exceed|limit|reached)|请求频率|限流|速率限制/i

/** A name or value of the request that the provider quotes. It may contain any words. */
const QUOTED =
  /(\b(?:input_value=|for (?:response_format|function|schema|tool)|values?:?|content:?|parameter:?) ?)(['"`]).{0,400}?\2/gi

const SAID_OTHERWISE: ReadonlySet<ErrorClass> = new Set(['bad-request', 'auth', 'server'])

const FACTS: readonly ErrorFact[] = [
  ...contextLength,
  ...missingResource,
  ...contentPolicy,
  ...account,
  ...model,
  ...unservedFeature,
  { is: 'overloaded', from: ['server'], words: NO_CAPACITY },
]

export function classOfRefusal(refusal: Refusal): ErrorClass {
  const { status, names, words } = refusal
  const failed = status !== undefined && status >= 300
  for (const name of names) {
    const known = classOfCode(name)
    if (known !== undefined) return known
  }
  const byStatus = failed ? classOfStatus(status) : undefined
  const base = baseOf(names, byStatus)
  // The words for a rate of tokens are similar to those for too many tokens.
  if (base === 'rate-limit' || (SAID_OTHERWISE.has(base) && TOO_OFTEN.test(words))) return classOfTooMuch(refusal)
  const said = `${names.join(' ')} ${words.replace(QUOTED, '$1')}`
  for (const { is, from, words: pattern } of FACTS) if (from.includes(base as Base) && pattern.test(said)) return is
  return base
}

/** The class by a name, if that says more than the status; else by the status. */
function baseOf(names: readonly string[], byStatus: ErrorClass | undefined): ErrorClass {
  const bases = names.flatMap((name) => baseOfCode(name) ?? [])
  const telling = bases.find((base) => base !== 'server' && base !== 'bad-request')
  if (telling !== undefined) return telling
  // A name that only says that there was an error counts less than a specific status.
  if (bases.includes('server') && (byStatus === undefined || byStatus === 'bad-request')) return 'server'
  return byStatus ?? bases[0] ?? 'server'
}

/** Too much: for the rate, for a quota, for the capacity of the provider, or in this one request. */
function classOfTooMuch({ status, names, words, retryAfterMs }: Refusal): ErrorClass {
  if (status === 413 || TOO_LARGE.test(words)) return 'context-length'
  if (SPENT.test(words)) return 'quota'
  if (NO_CAPACITY.test(words)) return 'overloaded'
  // The name of a quota may say a day although its window is rolling. The provider's own wait says more.
  if (retryAfterMs === undefined && FOR_LONG.test(`${names.join(' ')} ${words}`)) return 'quota'
  return 'rate-limit'
}

const BROKEN_OFF: ReadonlySet<number> = new Set([408, 409, 424, 425, 499])

function classOfStatus(status: number): ErrorClass {
  if (status < 400) return 'not-found'
  if (status === 401 || status === 403) return 'auth'
  if (status === 402) return 'quota'
  // 410: a model that was retired.
  if (status === 404 || status === 410) return 'not-found'
  if (status === 429) return 'rate-limit'
  if (status === 413) return 'context-length'
  // StepFun and Volcengine send it for content. For legal reasons in general, another provider may serve the request too.
  if (status === 451) return 'content-policy'
  // 498 is Groq's, for its flex tier.
  if (status === 529 || status === 503 || status === 498) return 'overloaded'
  // 424: Bedrock, when a model failed. 499: Google and Cohere, for requests that they cancelled themselves.
  if (status >= 500 || BROKEN_OFF.has(status)) return 'server'
  return 'bad-request'
}
