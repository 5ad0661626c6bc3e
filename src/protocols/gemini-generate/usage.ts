/**
 * Token counts (https://ai.google.dev/api/generate-content#UsageMetadata). On the wire the prompt count
 * includes what was cached but not the results of server tools, and the candidates' count leaves thoughts out.
 */
import type { ChatCompletion, Usage } from '../../kernel/hub.js'
import { asArray, asNumber, asString, compact, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { wireCount } from '../shared/count.js'

type ServiceTier = ChatCompletion['service_tier']
type ModalityCounts = { text_tokens?: number; image_tokens?: number; audio_tokens?: number }

const MODALITIES: ReadonlyMap<unknown, keyof ModalityCounts> = new Map<unknown, keyof ModalityCounts>([
  ['TEXT', 'text_tokens'],
  ['IMAGE', 'image_tokens'],
  ['AUDIO', 'audio_tokens'],
  // `enum-encoding=int`
  [1, 'text_tokens'],
  [2, 'image_tokens'],
  [4, 'audio_tokens'],
])

function readModalities(details: unknown): ModalityCounts {
  const counts: ModalityCounts = {}
  for (const entry of asArray(details)) {
    if (!isObject(entry)) continue
    const field = MODALITIES.get(entry['modality'])
    const count = asNumber(entry['tokenCount'])
    if (field && count !== undefined) counts[field] = (counts[field] ?? 0) + count
  }
  return counts
}

/** Fields that the hub's counts say in full. The others stay beside them. */
const COUNTS: ReadonlySet<string> = new Set([
  'promptTokenCount',
  'candidatesTokenCount',
  'totalTokenCount',
  'thoughtsTokenCount',
  'cachedContentTokenCount',
  'serviceTier',
])
const DETAILS: ReadonlySet<string> = new Set(['promptTokensDetails', 'candidatesTokensDetails'])

/** `undefined` when nothing was counted, as in the early chunks of a stream. */
export function decodeUsage(wire: unknown): Usage | undefined {
  if (!isObject(wire)) return undefined
  const promptCount = wireCount(wire['promptTokenCount'])
  const candidates = wireCount(wire['candidatesTokenCount'])
  const thoughts = wireCount(wire['thoughtsTokenCount'])
  const wireTotal = wireCount(wire['totalTokenCount'])
  if (promptCount === undefined && candidates === undefined && thoughts === undefined && wireTotal === undefined)
    return undefined
  const prompt = (promptCount ?? 0) + (wireCount(wire['toolUsePromptTokenCount']) ?? 0)
  // Some versions of the API count thoughts among the candidates' tokens; the total tells.
  const inclusive = wireTotal !== undefined && (thoughts ?? 0) > 0 && prompt + (candidates ?? 0) === wireTotal
  const completion = (candidates ?? 0) + (inclusive ? 0 : (thoughts ?? 0))
  const cached = asNumber(wire['cachedContentTokenCount'])
  const promptDetails = {
    ...(cached !== undefined && { cached_tokens: cached }),
    ...readModalities(wire['promptTokensDetails']),
  }
  const completionDetails = {
    ...(thoughts !== undefined && { reasoning_tokens: thoughts }),
    ...readModalities(wire['candidatesTokensDetails']),
  }
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: wireTotal ?? prompt + completion,
    ...(Object.keys(promptDetails).length > 0 && { prompt_tokens_details: promptDetails }),
    ...(Object.keys(completionDetails).length > 0 && { completion_tokens_details: completionDetails }),
  }
}

function isExpressible(entry: unknown): boolean {
  return (
    isObject(entry) &&
    MODALITIES.has(entry['modality']) &&
    typeof entry['modality'] === 'string' &&
    Object.keys(entry).every((field) => field === 'modality' || field === 'tokenCount')
  )
}

/** Fields without a counterpart in the hub: the traffic type, server tools' tokens, video and document counts. */
export function usageLeftovers(wire: unknown): JsonObject | undefined {
  if (!isObject(wire)) return undefined
  const rest = Object.entries(wire).filter(([field, value]) => {
    if (value == null || COUNTS.has(field))
      return field === 'serviceTier' && asString(value) !== undefined && !TIERS.has(value)
    return !(DETAILS.has(field) && asArray(value).every(isExpressible))
  })
  return rest.length > 0 ? Object.fromEntries(rest) : undefined
}

function writeModalities(counts: ModalityCounts | undefined): JsonObject[] | undefined {
  const entries = (['text', 'image', 'audio'] as const).flatMap((name) => {
    const tokenCount = counts?.[`${name}_tokens`]
    return tokenCount === undefined ? [] : [{ modality: name.toUpperCase(), tokenCount }]
  })
  return entries.length > 0 ? entries : undefined
}

/** @param leftovers - What {@link usageLeftovers} kept. */
export function encodeUsage(
  usage: Usage | null | undefined,
  tier: ServiceTier,
  leftovers?: JsonObject,
): JsonObject | undefined {
  const serviceTier = encodeServiceTier(tier)
  if (!usage) return leftovers || serviceTier ? compact({ ...leftovers, serviceTier }) : undefined
  const thoughts = usage.completion_tokens_details?.reasoning_tokens
  const toolUse = asNumber(leftovers?.['toolUsePromptTokenCount']) ?? 0
  return {
    ...compact({
      promptTokenCount: Math.max(0, usage.prompt_tokens - toolUse),
      candidatesTokenCount: Math.max(0, usage.completion_tokens - (thoughts ?? 0)),
      totalTokenCount: usage.total_tokens,
      thoughtsTokenCount: thoughts,
      cachedContentTokenCount: usage.prompt_tokens_details?.cached_tokens,
      promptTokensDetails: writeModalities(usage.prompt_tokens_details),
      candidatesTokensDetails: writeModalities(usage.completion_tokens_details),
      serviceTier,
    }),
    ...leftovers,
  }
}

const TIERS: ReadonlyMap<unknown, NonNullable<ServiceTier>> = new Map<unknown, NonNullable<ServiceTier>>([
  ['standard', 'default'],
  ['flex', 'flex'],
  ['priority', 'priority'],
])

/** Vertex AI's word for it; provisioned throughput has no tier of the hub's. */
const TRAFFIC: ReadonlyMap<unknown, NonNullable<ServiceTier>> = new Map<unknown, NonNullable<ServiceTier>>([
  ['ON_DEMAND', 'default'],
  ['ON_DEMAND_FLEX', 'flex'],
  ['ON_DEMAND_PRIORITY', 'priority'],
])

export function decodeServiceTier(usage: unknown): { service_tier?: NonNullable<ServiceTier> } {
  if (!isObject(usage)) return {}
  const tier = TIERS.get(usage['serviceTier']) ?? TRAFFIC.get(usage['trafficType'])
  return tier === undefined ? {} : { service_tier: tier }
}

function encodeServiceTier(tier: ServiceTier): string | undefined {
  return tier === 'default' ? 'standard' : tier === 'flex' || tier === 'priority' ? tier : undefined
}

const KEPT = ['trafficType', 'serviceTier'] as const

/**
 * Usage of a later chunk is the total so far and replaces the earlier one, also where it has fewer counts:
 * mixed counts would not add up. A chunk that counts nothing adds what it says.
 */
export function mergeUsage(earlier: JsonObject | undefined, later: unknown): JsonObject | undefined {
  if (!isObject(later)) return earlier
  const counts = asNumber(later['totalTokenCount']) !== undefined || asNumber(later['promptTokenCount']) !== undefined
  if (!earlier) return later
  if (!counts) return { ...earlier, ...later }
  // Said once, or again in every event.
  const missing = KEPT.filter((field) => earlier[field] !== undefined && !Object.hasOwn(later, field))
  return missing.length === 0
    ? later
    : { ...later, ...Object.fromEntries(missing.map((field) => [field, earlier[field]])) }
}
