/** Entries of the `api.json` of models.dev (https://models.dev/api.json): USD for a million tokens, by provider and model. */
import { asArray, asNumber, isObject } from '../kernel/json.js'
import type { JsonObject } from '../kernel/protocol.js'
import { TOKEN_BUCKETS, type TokenBucket } from './buckets.js'
import { NO_RATES, type RateCard, type Rates, type ServiceRates, type Tier } from './rates.js'

/** A model of the list. Only its prices count. */
export interface ModelsDevEntry {
  readonly cost: Readonly<Record<string, unknown>>
  readonly [field: string]: unknown
}

export function isModelsDevEntry(entry: object): entry is ModelsDevEntry {
  const { cost } = entry as JsonObject
  return isObject(cost) && Object.values(cost).some((price) => asNumber(price) !== undefined)
}

/** Its words are ours. */
function cardOf(cost: unknown): RateCard {
  const card: Partial<Record<TokenBucket, number>> = {}
  if (!isObject(cost)) return card
  for (const bucket of TOKEN_BUCKETS) {
    const usd = asNumber(cost[bucket])
    if (usd !== undefined && usd >= 0) card[bucket] = usd / 1e6
  }
  return card
}

/** `tiers`, or the older field for one limit. Where both are there they mean the same prices. */
function tiersOf(cost: JsonObject): Tier[] {
  const tiers = asArray(cost['tiers']).flatMap((tier): Tier[] => {
    const limit = isObject(tier) && isObject(tier['tier']) ? tier['tier'] : {}
    const above = asNumber(limit['size'])
    const isContext = limit['type'] === undefined || limit['type'] === 'context'
    return above === undefined || !isContext ? [] : [{ above, card: cardOf(tier) }]
  })
  if (tiers.length > 0) return tiers.sort((left, right) => left.above - right.above)
  const long = cost['context_over_200k']
  return isObject(long) ? [{ above: 200_000, card: cardOf(long) }] : []
}

/** `experimental.modes`: the same model with other fields in the request, which may be a tier of service. */
function servicesOf(entry: ModelsDevEntry): Record<string, ServiceRates> {
  const services: Record<string, ServiceRates> = {}
  const { experimental } = entry
  const modes = isObject(experimental) && isObject(experimental['modes']) ? experimental['modes'] : {}
  for (const [name, mode] of Object.entries(modes)) {
    if (!isObject(mode) || !isObject(mode['cost'])) continue
    const rates = { card: cardOf(mode['cost']), tiers: tiersOf(mode['cost']) }
    services[name] = rates
    const body = isObject(mode['provider']) && isObject(mode['provider']['body']) ? mode['provider']['body'] : {}
    if (typeof body['service_tier'] === 'string') services[body['service_tier']] = rates
  }
  return services
}

export function ratesOfModelsDev(entry: ModelsDevEntry): Rates {
  return { ...NO_RATES, card: cardOf(entry.cost), tiers: tiersOf(entry.cost), services: servicesOf(entry) }
}
