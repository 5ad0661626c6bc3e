/**
 * Token counts (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html): the
 * wire's `inputTokens` excludes what was read from and written to the cache, its `totalTokens` and the
 * hub's totals include both. Reasoning counts as output and is not told apart.
 */
import type { ChatCompletion, Usage } from '../../kernel/hub.js'
import { asArray, asNumber, compact, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { wireCount } from '../shared/count.js'

export function decodeUsage(wire: unknown): Usage | undefined {
  if (!isObject(wire)) return undefined
  const output = wireCount(wire['outputTokens'])
  const total = wireCount(wire['totalTokens'])
  // The longer names are of older answers.
  const cached = wireCount(wire['cacheReadInputTokens']) ?? wireCount(wire['cacheReadInputTokenCount'])
  const written = wireCount(wire['cacheWriteInputTokens']) ?? wireCount(wire['cacheWriteInputTokenCount'])
  const input = wireCount(wire['inputTokens'])
  if (input === undefined && output === undefined && total === undefined) return undefined
  const said = output ?? 0
  const prompt = input === undefined ? Math.max(0, (total ?? said) - said) : input + (cached ?? 0) + (written ?? 0)
  const usage: Usage = { prompt_tokens: prompt, completion_tokens: said, total_tokens: prompt + said }
  const writtenHour = hourOf(wire['cacheDetails'])
  if (cached !== undefined || written !== undefined) {
    usage.prompt_tokens_details = compact({
      cached_tokens: cached,
      cache_write_tokens: written,
      cache_write_1h_tokens: writtenHour,
    }) as NonNullable<Usage['prompt_tokens_details']>
  }
  const tools = countsOf(wire['serverToolUsage'])
  if (tools) usage.server_tool_use = tools
  return usage
}

/** Writes by lifetime, one entry each. */
function hourOf(details: unknown): number | undefined {
  const hour = asArray(details).find((detail) => isObject(detail) && detail['ttl'] === '1h')
  return isObject(hour) ? asNumber(hour['inputTokens']) : undefined
}

function countsOf(wire: unknown): Record<string, number> | undefined {
  const counts = isObject(wire)
    ? Object.entries(wire).filter((entry): entry is [string, number] => asNumber(entry[1]) !== undefined)
    : []
  return counts.length > 0 ? Object.fromEntries(counts) : undefined
}

export function encodeUsage(usage: Usage): JsonObject {
  const details = usage.prompt_tokens_details
  const cached = details?.cached_tokens
  const written = details?.cache_write_tokens
  const writtenHour = details?.cache_write_1h_tokens
  const input = Math.max(0, usage.prompt_tokens - (cached ?? 0) - (written ?? 0))
  const output = usage.completion_tokens
  return compact({
    inputTokens: input,
    outputTokens: output,
    totalTokens: input + (cached ?? 0) + (written ?? 0) + output,
    cacheReadInputTokens: cached,
    cacheWriteInputTokens: written,
    cacheDetails: writtenHour === undefined ? undefined : cacheDetails(written ?? 0, writtenHour),
    serverToolUsage: usage.server_tool_use,
  })
}

function cacheDetails(written: number, hour: number): JsonObject[] {
  const rest = written - hour
  return [...(rest > 0 ? [{ ttl: '5m', inputTokens: rest }] : []), { ttl: '1h', inputTokens: hour }]
}

type ServiceTier = NonNullable<ChatCompletion['service_tier']>

const TIERS: readonly ServiceTier[] = ['default', 'flex', 'priority']

/** The tier that served the call, where the hub has a word for it. */
export function decodeServiceTier(wire: unknown): { service_tier?: ServiceTier } {
  const type = isObject(wire) ? wire['type'] : undefined
  const tier = TIERS.find((known) => known === type)
  return tier === undefined ? {} : { service_tier: tier }
}

export function encodeServiceTier(tier: ChatCompletion['service_tier']): JsonObject {
  const known = TIERS.find((name) => name === tier)
  return known === undefined ? {} : { serviceTier: { type: known } }
}
