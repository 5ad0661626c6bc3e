/** `_meta` of an answer. Slow parts are computed when they are first read. */
import { isTableLoaded } from '../../cost/genai-prices.js'
import { costOf, type Cost, type PriceOptions } from '../../cost/price.js'
import type { Attempt } from '../../kernel/errors.js'
import { readRateLimit, type HeaderSource } from '../../kernel/rate-limit.js'
import type { Usage } from '../../kernel/hub.js'
import type { Target } from '../../router/target.js'
import { warnOnce } from '../../telemetry/warn.js'
import type { Doubt } from './plausible.js'
import { givenUsage } from './given-usage.js'
import type { Hit } from '../call/stage.js'
import type { CallMeta, GuardrailOutcome, StoredAnswer } from '../types/meta.js'

export interface MetaFacts {
  readonly target: Target
  readonly attempts: readonly Attempt[]
  readonly warnings: readonly string[]
  readonly guardrails: readonly GuardrailOutcome[]
  readonly traceId: string | null
  /** The model that the answer names; empty when it names none. */
  readonly served: string
  /** The usage that is priced. */
  readonly usage: object | undefined
  /** The usage for the caller, without a cost from a header. */
  readonly told: Partial<Usage> | undefined
  /** The tier that served the call, if the answer has it. */
  readonly serviceTier?: string | null | undefined
  /** The answer broke off. */
  readonly partial?: boolean | undefined
  readonly doubt?: Doubt | undefined
  readonly prices: PriceOptions
  /** Headers of the answer that may be about rate limits. */
  readonly limitHeaders: HeaderSource | undefined
  /** When the answer began, in milliseconds since 1970. */
  readonly answeredAt: number
  /** When the call ended, in milliseconds since 1970. */
  readonly at: number
}

const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/** For `console.log`, which would show an accessor as `[Getter]`. */
function inspected(this: CallMeta): CallMeta {
  return { ...this }
}

export function createMeta(facts: MetaFacts): CallMeta {
  return metaOf(facts, null, isPricedAtOnce(facts.prices) ? priceOf(facts) : () => priceOf(facts))
}

/** Once the table is loaded, pricing costs less than deferring it. A user's list may still be loading. */
function isPricedAtOnce({ litellm, modelsDev }: PriceOptions): boolean {
  return litellm === undefined && modelsDev === undefined && isTableLoaded()
}

/** Neither enumerable nor on a prototype, so that a copy is a plain object. */
function shownWhole(meta: CallMeta): CallMeta {
  return Object.defineProperty(meta, INSPECT, { value: inspected })
}

/** `_meta` of a stored answer, which cost nothing. @param by - Id of the stage that had it. */
export function storedMeta(facts: MetaFacts, by: string, hit?: Hit): CallMeta {
  let savedUsd: number | null | undefined = hit?.usd ?? undefined
  const stored: StoredAnswer = {
    by,
    ...(hit && { hit: hit.kind, key: hit.key, ageMs: hit.ageMs }),
    ...(hit?.similarity !== undefined && { similarity: hit.similarity }),
    get savedUsd() {
      if (savedUsd === undefined) savedUsd = priceOf(facts).usd
      return savedUsd
    },
  }
  const priced_at = new Date(facts.at).toISOString().slice(0, 10)
  const cost = { usd: 0, parts: {}, source: null, priced_at, confidence: 'exact', missing: [] } as const
  const meta = metaOf(facts, stored, cost)
  return hit ? { ...meta, provider: hit.provider, model: hit.model } : meta
}

/** @param cost - The cost, or a function that computes it when it is first read. */
function metaOf(facts: MetaFacts, cache: StoredAnswer | null, cost: Cost | (() => Cost)): CallMeta {
  const { target, attempts, warnings, guardrails, traceId, told, limitHeaders, answeredAt } = facts
  const meta: CallMeta = {
    provider: target.provider.id,
    model: target.model,
    attempts,
    usage: givenUsage(told) ?? null,
    cost: cost as Cost,
    rateLimit: null,
    cache,
    guardrails,
    traceId,
    warnings,
  }
  const isLate = typeof cost === 'function'
  if (isLate) putOff(meta, 'cost', cost)
  if (limitHeaders) putOff(meta, 'rateLimit', () => readRateLimit(limitHeaders, answeredAt) ?? null)
  return isLate || limitHeaders ? shownWhole(meta) : meta
}

/** Computes a field when it is first read. */
function putOff<K extends keyof CallMeta>(meta: CallMeta, field: K, workOut: () => CallMeta[K]): void {
  let known: { readonly value: CallMeta[K] } | undefined
  const get = (): CallMeta[K] => (known ??= { value: workOut() }).value
  Object.defineProperty(meta, field, { get, enumerable: true, configurable: true })
}

function priceOf({ target, served, usage, serviceTier, partial, doubt, at, prices }: MetaFacts): Cost {
  const { id, region } = target.provider
  const cost = costOf(
    {
      provider: id,
      model: target.model,
      base: target.base,
      served,
      usage,
      serviceTier,
      partial,
      doubt: doubt?.fault,
      region,
      at,
    },
    prices,
  )
  // The model may have a price; the table could not be read.
  const unread = cost.usd === null ? cost.missing.find((reason) => reason.includes('could not be loaded')) : undefined
  if (unread !== undefined) warnOnce(`costs are not known: ${unread}`)
  return doubt?.note === undefined ? cost : { ...cost, missing: [...cost.missing, doubt.note] }
}
