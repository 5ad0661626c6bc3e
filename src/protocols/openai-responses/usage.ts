/** Token counts of the Responses API (https://platform.openai.com/docs/api-reference/responses/object). */
import type { Usage } from '../../kernel/hub.js'
import { asNumber, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { wireCount } from '../shared/count.js'

const INPUT_DETAILS = ['cached_tokens', 'cache_write_tokens', 'audio_tokens', 'image_tokens', 'text_tokens'] as const
const OUTPUT_DETAILS = ['reasoning_tokens', 'audio_tokens', 'image_tokens', 'text_tokens'] as const

/** xAI bills in ticks, 10^10 a dollar (https://docs.x.ai/developers/cost-tracking). */
const TICKS_PER_USD = 1e10

function pick<Key extends string>(source: unknown, keys: readonly Key[]): Partial<Record<Key, number>> | undefined {
  if (!isObject(source)) return undefined
  const picked: Partial<Record<Key, number>> = {}
  for (const key of keys) {
    const count = asNumber(source[key])
    if (count !== undefined) picked[key] = count
  }
  return picked
}

/** Fields that become the hub's. Others stay as they are: xAI's numbers of sources and tools, OpenRouter's parts of the cost. */
const NAMED: ReadonlySet<string> = new Set([
  'input_tokens',
  'input_tokens_details',
  'output_tokens',
  'output_tokens_details',
  'total_tokens',
  'cost',
  'prompt_tokens',
  'prompt_tokens_details',
  'completion_tokens',
  'completion_tokens_details',
])

function others(usage: object): JsonObject {
  return Object.fromEntries(Object.entries(usage).filter(([key, value]) => !NAMED.has(key) && value !== null))
}

/** Web searches are billed apart, and `tool_usage` counts them. */
function serverTools(toolUsage: unknown): Usage['server_tool_use'] {
  const search = isObject(toolUsage) && isObject(toolUsage.web_search) ? toolUsage.web_search : {}
  const requests = asNumber(search.num_requests)
  return requests ? { web_search_requests: requests } : undefined
}

/**
 * `undefined` when the response counts nothing (yet).
 *
 * @param toolUsage - `tool_usage` of the response.
 */
export function decodeUsage(wire: unknown, toolUsage?: unknown): Usage | undefined {
  if (!isObject(wire)) return undefined
  const input = wireCount(wire.input_tokens)
  const output = wireCount(wire.output_tokens)
  if (input === undefined && output === undefined) return undefined
  const inputDetails = pick(wire.input_tokens_details, INPUT_DETAILS)
  const outputDetails = pick(wire.output_tokens_details, OUTPUT_DETAILS)
  const ticks = asNumber(wire.cost_in_usd_ticks)
  const tools = serverTools(toolUsage)
  const cost = wireCount(wire.cost) ?? (ticks === undefined ? undefined : ticks / TICKS_PER_USD)
  return {
    ...others(wire),
    prompt_tokens: input ?? 0,
    completion_tokens: output ?? 0,
    total_tokens: wireCount(wire.total_tokens) ?? (input ?? 0) + (output ?? 0),
    ...(inputDetails && { prompt_tokens_details: inputDetails }),
    ...(outputDetails && { completion_tokens_details: outputDetails }),
    ...(cost !== undefined && { cost }),
    ...(tools && { server_tool_use: tools }),
  }
}

/** The format requires `cached_tokens` and `reasoning_tokens`, so both are there, 0 when unknown. */
export function encodeUsage(usage: Usage): JsonObject {
  return {
    ...others(usage),
    input_tokens: usage.prompt_tokens,
    input_tokens_details: { cached_tokens: 0, ...pick(usage.prompt_tokens_details, INPUT_DETAILS) },
    output_tokens: usage.completion_tokens,
    output_tokens_details: { reasoning_tokens: 0, ...pick(usage.completion_tokens_details, OUTPUT_DETAILS) },
    total_tokens: usage.total_tokens,
    ...(usage.cost !== undefined && { cost: usage.cost }),
  }
}
