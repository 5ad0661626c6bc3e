/** `_meta` of an answer. What takes a while to work out waits until somebody looks. */
import { costOf, type Cost, type PriceOptions } from '../cost/price.js'
import type { Attempt } from '../kernel/errors.js'
import { readRateLimit, type HeaderSource, type RateLimit } from '../kernel/rate-limit.js'
import type { Target } from '../router/target.js'
import type { CallMeta } from './types.js'

export interface MetaFacts {
  readonly target: Target
  readonly attempts: readonly Attempt[]
  readonly warnings: readonly string[]
  readonly traceId: string | null
  /** Model that the answer names; empty when it names none. */
  readonly served: string
  readonly usage: object | undefined
  readonly prices: PriceOptions
  /** Those of the answer that may speak of rate limits. */
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
  const { target, attempts, warnings, traceId, limitHeaders, answeredAt } = facts
  let cost: Cost | undefined
  let rateLimit: RateLimit | null | undefined
  const meta: CallMeta = {
    provider: target.provider.id,
    model: target.model,
    attempts,
    // The price table takes a while to load.
    get cost() {
      return (cost ??= priceOf(facts))
    },
    get rateLimit() {
      if (rateLimit === undefined) rateLimit = (limitHeaders && readRateLimit(limitHeaders, answeredAt)) ?? null
      return rateLimit
    },
    cache: null,
    traceId,
    warnings,
  }
  // Neither enumerable nor on a prototype: to whoever copies it, it is a plain object.
  return Object.defineProperty(meta, INSPECT, { value: inspected })
}

/** The model that was asked for may be an alias of the provider's own; the served one is priced when the asked one is not known. */
function priceOf({ target, served, usage, at, prices }: MetaFacts): Cost {
  const provider = target.provider.id
  const asked = costOf({ provider, model: target.model, usage, at }, prices)
  if (asked.usd !== null || !usage || served === '' || served === target.model) return asked
  const other = costOf({ provider, model: served, usage, at }, prices)
  return other.usd === null ? asked : other
}
