/** Merges the facts of all layers of a call into the attributes of one span. */
import type { Attributes } from '@opentelemetry/api'
import { asNumber, isObject } from '../../kernel/json.js'
import type { Usage } from '../../kernel/hub.js'
import {
  chatResponseAttributes,
  costAttributes,
  embeddingsResponseAttributes,
  otherAttributes,
  usageAttributes,
} from './attributes.js'
import type { Facts } from './base-call.js'
import { boundedAttributes } from '../content/bounded.js'
import * as semconv from '../semconv.js'
import { guard } from '../../kernel/guard.js'
import { type CallPrice, type TelemetrySettings } from '../settings.js'
import { unref } from '../../kernel/platform.js'

interface Priced {
  readonly settings: TelemetrySettings
  readonly provider: string
  /** The model of the request. */
  readonly model: string | undefined
  /** Host that the call is addressed to, when known. */
  readonly server: string | undefined
  /** Whether the call ended with an error. */
  readonly failed: boolean
}

/**
 * Facts of the layers below override those of the outer layer, because they come from the wire, and newer ones override older ones.
 * Tokens and cost of the calls below add up: a call that was tried again was paid for twice.
 */
export function summaryOf(own: Facts, inner: readonly Facts[], priced: Priced): Attributes {
  const attributes: Attributes = {}
  addFacts(attributes, own, priced)
  for (const facts of inner) addFacts(attributes, facts, priced)
  const used = inner.length === 0 ? inner : inner.filter(isBilled)
  if (used.length > 1) usageAttributes(addedUsage(used), priced.settings, attributes)
  if (attributes[semconv.USAGE_COST] === undefined) {
    const cost = used.length > 1 ? totalCost(used, priced) : costOf(used[0] ?? own, priced)
    if (cost) costAttributes(cost, attributes)
  }
  return boundedAttributes(attributes)
}

function addFacts(attributes: Attributes, facts: Facts, priced: Priced): void {
  if (facts.attributes) Object.assign(attributes, facts.attributes)
  if (facts.firstChunk !== undefined) attributes[semconv.RESPONSE_TIME_TO_FIRST_CHUNK] = facts.firstChunk
  const { chat, embeddings, other, mask } = facts
  if (!chat && !embeddings && !other) return
  const answer: Attributes = mask ? {} : attributes
  if (other) otherAttributes(other, priced.settings, answer)
  if (chat) chatResponseAttributes(chat, priced.settings, priced.failed, answer)
  if (embeddings) embeddingsResponseAttributes(embeddings, answer)
  if (mask) Object.assign(attributes, boundedAttributes(answer, mask))
}

const isBilled = (facts: Facts): boolean => usageOf(facts) !== undefined || facts.cost !== undefined

type AnyUsage = { readonly cost?: unknown }

function usageOf(facts: Facts): AnyUsage | undefined {
  return facts.chat?.usage ?? facts.embeddings?.usage ?? facts.other?.usage
}

function addedUsage(used: readonly Facts[]): Partial<Usage> {
  return used.reduce<object>((sum, facts) => added(sum, usageOf(facts) ?? {}), {})
}

/** Adds numbers field by field, at any depth. */
function added(left: object, right: object): object {
  const sum: Record<string, unknown> = { ...left }
  for (const [key, value] of Object.entries(right)) {
    const before = sum[key]
    if (typeof before === 'number' && typeof value === 'number') sum[key] = before + value
    else if (isObject(before) && isObject(value)) sum[key] = added(before, value)
    else if (value !== undefined && value !== null) sum[key] = value
  }
  return sum
}

/** The sum of all; unknown if one of them is. */
function totalCost(used: readonly Facts[], priced: Priced): CallPrice | undefined {
  let usd = 0
  const parts: Record<string, number> = {}
  for (const facts of used) {
    const cost = costOf(facts, priced)
    if (!cost) return undefined
    usd = sumOf(usd, cost.usd)
    for (const [part, amount] of Object.entries(cost.parts)) parts[part] = sumOf(parts[part] ?? 0, amount ?? 0)
  }
  return { usd, parts }
}

/** Prices are whole numbers of 1e-12 USD. Rounding corrects the sum of doubles. */
function sumOf(left: number, right: number): number {
  return Math.round((left + right) * 1e12) / 1e12
}

/** Milliseconds. By then, the request was sent. */
const PREPARE_AFTER = 100
const prepared = new WeakSet<object>()

/**
 * Loads the price table, about 30 ms of work (measured on Node 20), by asking for a price that nobody needs. This happens while the
 * first call waits for its answer, and so does not delay the answer.
 */
export function preparePrices({ price }: TelemetrySettings): void {
  if (!price || prepared.has(price)) return
  prepared.add(price)
  const usage: Usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
  unref(setTimeout(() => guard('price', price, { provider: '', model: '', usage, at: Date.now() }), PREPARE_AFTER))
}

function costOf(
  facts: Facts,
  { settings: { price, identifyHost }, provider, model: asked, server }: Priced,
): CallPrice | undefined {
  if (facts.cost !== undefined) return { usd: facts.cost, parts: {} }
  const usage = usageOf(facts)
  if (!usage) return undefined
  const reported = asNumber(usage.cost)
  if (reported !== undefined) return { usd: reported, parts: {} }
  const served = facts.chat?.model ?? facts.embeddings?.model ?? facts.other?.model
  const model = asked ?? served
  if (!price || !model) return undefined
  const serviceTier = facts.chat?.service_tier
  const host = server ?? facts.attributes?.[semconv.SERVER_ADDRESS]
  const region = typeof host === 'string' ? guard('identifyHost', identifyHost, host)?.region : undefined
  const cost = guard('price', price, { provider, model, served, usage, serviceTier, region, at: Date.now() })
  return cost && Number.isFinite(cost.usd) ? cost : undefined
}
