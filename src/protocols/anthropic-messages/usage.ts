/**
 * Token counts (https://platform.claude.com/docs/en/build-with-claude/prompt-caching): the wire's
 * `input_tokens` excludes what was read from and written to the cache, the hub's total includes both.
 */
import type { ChatCompletion, Usage } from '../../kernel/hub.js'
import { asNumber, compact, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { wireCount } from '../shared/count.js'

type ServiceTier = ChatCompletion['service_tier']

export function decodeUsage(wire: unknown): Usage | undefined {
  if (!isObject(wire)) return undefined
  const input = wireCount(wire['input_tokens'])
  const output = wireCount(wire['output_tokens'])
  if (input === undefined && output === undefined) return undefined
  const cached = wireCount(wire['cache_read_input_tokens'])
  const creation = wire['cache_creation']
  const writtenHour = isObject(creation) ? asNumber(creation['ephemeral_1h_input_tokens']) : undefined
  const written = wireCount(wire['cache_creation_input_tokens']) ?? sumOf(creation)
  const details = wire['output_tokens_details']
  const reasoning = isObject(details) ? asNumber(details['thinking_tokens']) : undefined
  const prompt = (input ?? 0) + (cached ?? 0) + (written ?? 0)
  const usage: Usage = {
    prompt_tokens: prompt,
    completion_tokens: output ?? 0,
    total_tokens: prompt + (output ?? 0),
  }
  if (cached !== undefined || written !== undefined || writtenHour !== undefined) {
    const promptDetails: NonNullable<Usage['prompt_tokens_details']> = {}
    if (cached !== undefined) promptDetails.cached_tokens = cached
    if (written !== undefined) promptDetails.cache_write_tokens = written
    if (writtenHour !== undefined) promptDetails.cache_write_1h_tokens = writtenHour
    usage.prompt_tokens_details = promptDetails
  }
  if (reasoning !== undefined) usage.completion_tokens_details = { reasoning_tokens: reasoning }
  const tools = countsOf(wire['server_tool_use'])
  if (tools.length > 0) usage.server_tool_use = Object.fromEntries(tools)
  return usage
}

function countsOf(wire: unknown): [string, number][] {
  if (!isObject(wire)) return []
  return Object.entries(wire).filter((entry): entry is [string, number] => asNumber(entry[1]) !== undefined)
}

/** Writes by lifetime, where nobody added them up. */
function sumOf(creation: unknown): number | undefined {
  const counts = countsOf(creation)
  return counts.length === 0 ? undefined : counts.reduce((sum, [, count]) => sum + count, 0)
}

/** Counts with a place in the hub. */
const COUNTED: ReadonlySet<string> = new Set([
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'cache_creation',
  'output_tokens_details',
  'server_tool_use',
])

/** Values for the normal case, which mean nothing. */
const USUAL: ReadonlySet<unknown> = new Set(['standard', 'not_available'])

/** What else the wire's usage says, such as the counts of each iteration; `undefined` when it says nothing. */
export function unknownUsageFields(wire: unknown): JsonObject | undefined {
  if (!isObject(wire)) return undefined
  const told = decodeServiceTier(wire).service_tier
  const rest = Object.entries(wire).filter(([field, value]) => {
    if (value == null || COUNTED.has(field) || USUAL.has(value)) return false
    return field !== (told === 'fast' ? 'speed' : told && 'service_tier')
  })
  return rest.length > 0 ? Object.fromEntries(rest) : undefined
}

export function encodeUsage(usage: Usage | null | undefined): JsonObject {
  const cached = usage?.prompt_tokens_details?.cached_tokens
  const written = usage?.prompt_tokens_details?.cache_write_tokens
  const writtenHour = usage?.prompt_tokens_details?.cache_write_1h_tokens
  const reasoning = usage?.completion_tokens_details?.reasoning_tokens
  return compact({
    input_tokens: Math.max(0, (usage?.prompt_tokens ?? 0) - (cached ?? 0) - (written ?? 0)),
    output_tokens: usage?.completion_tokens ?? 0,
    cache_read_input_tokens: cached ?? null,
    cache_creation_input_tokens: written ?? null,
    cache_creation:
      writtenHour === undefined
        ? undefined
        : {
            ephemeral_5m_input_tokens: Math.max(0, (written ?? 0) - writtenHour),
            ephemeral_1h_input_tokens: writtenHour,
          },
    output_tokens_details: reasoning === undefined ? undefined : { thinking_tokens: reasoning },
    server_tool_use: usage?.server_tool_use,
  })
}

/** The tier that served the call. Fast mode is a tier in the hub, because it has a price of its own. */
export function decodeServiceTier(wireUsage: unknown): { service_tier?: NonNullable<ServiceTier> } {
  if (!isObject(wireUsage)) return {}
  if (wireUsage['speed'] === 'fast') return { service_tier: 'fast' }
  const tier = wireUsage['service_tier']
  if (tier === 'standard') return { service_tier: 'default' }
  return tier === 'priority' ? { service_tier: 'priority' } : {}
}

export function encodeServiceTier(tier: ServiceTier): JsonObject {
  if (tier === 'fast') return { service_tier: 'standard', speed: 'fast' }
  if (tier === 'default') return { service_tier: 'standard' }
  return tier === 'priority' ? { service_tier: 'priority' } : {}
}

/** What a later event says is the state so far and replaces the earlier; `null` means not said. */
export function merge(earlier: JsonObject, later: unknown): JsonObject
export function merge(earlier: JsonObject | undefined, later: unknown): JsonObject | undefined
export function merge(earlier: JsonObject | undefined, later: unknown): JsonObject | undefined {
  if (!isObject(later)) return earlier
  const said = Object.fromEntries(Object.entries(later).filter(([, value]) => value != null))
  return { ...earlier, ...said }
}
