/** What an ended call was: the facts of all its layers as the attributes of one span. */
import type { Attributes } from '@opentelemetry/api'
import { asNumber, isObject } from '../kernel/json.js'
import type { Usage } from '../kernel/hub.js'
import {
  chatResponseAttributes,
  costAttributes,
  embeddingsResponseAttributes,
  otherAttributes,
  usageAttributes,
} from './attributes.js'
import type { Facts } from './base-call.js'
import { boundedAttributes } from './bounded.js'
import * as semconv from './semconv.js'
import { guard } from '../kernel/guard.js'
import { type CallPrice, type TelemetrySettings } from './settings.js'
import { unref } from '../kernel/platform.js'

interface Priced {
  readonly settings: TelemetrySettings
  readonly provider: string
  /** Of the request. */
  readonly model: string | undefined
  /** Host that the call is addressed to, when known. */
  readonly server: string | undefined
  /** The call ended with an error. */
  readonly failed: boolean
}

/**
 * The layers below saw the wire, so what they say goes over what the outer layer says, the newest over the
 * older. Tokens and money add up over the calls below: a call that was tried again was paid for twice.
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

/** Of all; unknown as soon as one of them is. */
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

/** Prices are whole numbers of 1e-12 USD, which their sum as doubles is off by a little. */
function sumOf(left: number, right: number): number {
  return Math.round((left + right) * 1e12) / 1e12
}

/** Milliseconds, by which a request is on its way. */
const PREPARE_AFTER = 100
const prepared = new WeakSet<object>()

/**
 * The first price loads the price table, some 30 ms of work (measured on Node 20). Asking for a price that
 * nobody needs has it done while the first call waits for its answer, and not when that is delivered.
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
