/**
 * Token counts (https://docs.cohere.com/reference/chat): `tokens` is what the model read and wrote, cached
 * tokens and the template's own included; `billed_units` is the smaller number that is paid for.
 */
import type { Usage } from '../../kernel/hub.js'
import { asNumber, compact, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { wireCount } from '../shared/count.js'

export function decodeUsage(wire: unknown): Usage | undefined {
  if (!isObject(wire)) return undefined
  const billed = isObject(wire['billed_units']) ? wire['billed_units'] : undefined
  const tokens = isObject(wire['tokens']) ? wire['tokens'] : undefined
  const prompt = wireCount(tokens?.['input_tokens']) ?? wireCount(billed?.['input_tokens'])
  const completion = wireCount(tokens?.['output_tokens']) ?? wireCount(billed?.['output_tokens'])
  if (prompt === undefined && completion === undefined) return undefined
  const cached = asNumber(wire['cached_tokens'])
  const units = Object.entries(billed ?? {}).filter(
    (entry): entry is [string, number] => asNumber(entry[1]) !== undefined,
  )
  return {
    prompt_tokens: prompt ?? 0,
    completion_tokens: completion ?? 0,
    total_tokens: (prompt ?? 0) + (completion ?? 0),
    ...(cached !== undefined && { prompt_tokens_details: { cached_tokens: cached } }),
    ...(units.length > 0 && { billed_units: Object.fromEntries(units) }),
  }
}

export function encodeUsage(usage: Usage | null | undefined): JsonObject | undefined {
  if (!usage) return undefined
  return compact({
    billed_units: usage.billed_units,
    tokens: { input_tokens: usage.prompt_tokens, output_tokens: usage.completion_tokens },
    cached_tokens: usage.prompt_tokens_details?.cached_tokens,
  })
}
