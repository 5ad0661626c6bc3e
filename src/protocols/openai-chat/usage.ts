/**
 * Token counts in the dialects of OpenAI's format, made to mean what the hub says: totals that include
 * every detail. Fields that are not understood stay.
 */
import type { Usage } from '../../kernel/hub.js'
import { asNumber, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { wireCount } from '../shared/count.js'

/** Fields that say something the hub says elsewhere. Present with a number, they make a usage a dialect's. */
const DIALECT_FIELDS = [
  'prompt_cache_hit_tokens', // DeepSeek
  'cached_tokens', // Together, Moonshot
  'num_cached_tokens', // Mistral
  'cache_read_input_tokens', // gateways that keep Anthropic's words
  'cache_creation_input_tokens',
  'reasoning_tokens', // Perplexity
  'cost_in_usd_ticks', // xAI: 10^10 ticks a dollar
  'estimated_cost', // DeepInfra: dollars
] as const

const TICKS_PER_USD = 1e10

function isHubUsage(wire: JsonObject): boolean {
  const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = wire
  if (typeof prompt !== 'number' || typeof completion !== 'number' || total !== prompt + completion) return false
  if (!isDetails(wire.prompt_tokens_details) || !isDetails(wire.completion_tokens_details)) return false
  if (wire.cost !== undefined && typeof wire.cost !== 'number') return false
  if (wire.is_byok === true) return false
  for (const field of DIALECT_FIELDS) if (wire[field] !== undefined) return false
  return true
}

function isDetails(details: unknown): boolean {
  if (details === undefined) return true
  if (!isObject(details)) return false
  for (const key in details) if (typeof details[key] !== 'number') return false
  return true
}

/** Keeps the counts of a details object; other values have no place in the hub's. */
function readDetails(details: unknown): Record<string, number> | undefined {
  if (!isObject(details)) return undefined
  const counts = Object.entries(details).filter((entry): entry is [string, number] => asNumber(entry[1]) !== undefined)
  return Object.fromEntries(counts)
}

/** The object itself when it is the hub's already; `undefined` when there are no counts. */
export function readUsage(wire: unknown): Usage | undefined {
  if (!isObject(wire)) return undefined
  if (isHubUsage(wire)) return wire as unknown as Usage
  const total = wireCount(wire.total_tokens)
  const prompt = wireCount(wire.prompt_tokens) ?? wireCount(wire.input_tokens)
  const shown = wireCount(wire.completion_tokens) ?? wireCount(wire.output_tokens)
  if (total === undefined && prompt === undefined && shown === undefined) return undefined

  const promptDetails = readDetails(wire.prompt_tokens_details ?? wire.input_tokens_details)
  const completionDetails = readDetails(wire.completion_tokens_details ?? wire.output_tokens_details)
  const cached =
    promptDetails?.cached_tokens ??
    asNumber(wire.prompt_cache_hit_tokens) ??
    asNumber(wire.cached_tokens) ??
    asNumber(wire.num_cached_tokens) ??
    asNumber(wire.cache_read_input_tokens)
  const written = promptDetails?.cache_write_tokens ?? asNumber(wire.cache_creation_input_tokens)
  const reasoning = completionDetails?.reasoning_tokens ?? asNumber(wire.reasoning_tokens)
  const cost = readCost(wire)

  const promptTokens = prompt ?? Math.max(0, (total ?? 0) - (shown ?? 0))
  const completionTokens = withHiddenTokens(promptTokens, shown, total, reasoning)
  const { prompt_tokens_details: _prompt, completion_tokens_details: _completion, cost: _cost, ...rest } = wire
  return {
    ...rest,
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    ...((promptDetails || cached !== undefined || written !== undefined) && {
      prompt_tokens_details: {
        ...promptDetails,
        ...(cached !== undefined && { cached_tokens: cached }),
        ...(written !== undefined && { cache_write_tokens: written }),
      },
    }),
    ...((completionDetails || reasoning !== undefined) && {
      completion_tokens_details: {
        ...completionDetails,
        ...(reasoning !== undefined && { reasoning_tokens: reasoning }),
      },
    }),
    ...(cost !== undefined && { cost }),
    // Perplexity: the total and its parts in one object.
    ...(isObject(wire.cost) && { cost_details: wire.cost }),
  }
}

/**
 * Some servers count thinking in the total and not in `completion_tokens`: xAI gives it as
 * `reasoning_tokens`, Gemini's compatible endpoint gives no detail at all.
 */
function withHiddenTokens(prompt: number, shown: number | undefined, total: number | undefined, reasoning = 0): number {
  if (shown === undefined) return Math.max(0, (total ?? prompt) - prompt)
  const hidden = (total ?? 0) - prompt - shown
  return hidden > 0 && (hidden === reasoning || reasoning === 0) ? shown + hidden : shown
}

/** Dollars. With a key of the caller's own, OpenRouter's `cost` is only its fee and the provider's bill comes on top. */
function readCost(wire: JsonObject): number | undefined {
  const ticks = asNumber(wire.cost_in_usd_ticks)
  const own = wireCount(isObject(wire.cost) ? wire.cost.total_cost : wire.cost)
  const cost = own ?? (ticks === undefined ? asNumber(wire.estimated_cost) : ticks / TICKS_PER_USD)
  if (wire.is_byok !== true || !isObject(wire.cost_details)) return cost
  const upstream = asNumber(wire.cost_details.upstream_inference_cost)
  return upstream === undefined ? cost : (cost ?? 0) + upstream
}

/** The usage of a body or chunk, from wherever this dialect puts it. */
export function usageOf(wire: JsonObject): Usage | undefined {
  const own = readUsage(wire.usage)
  if (own) return own
  // Groq's streams before it took `stream_options`.
  if (isObject(wire.x_groq)) return readUsage(wire.x_groq.usage)
  if (!Array.isArray(wire.choices)) return undefined
  for (const choice of wire.choices as unknown[]) {
    // Moonshot's streams.
    const usage = isObject(choice) ? readUsage(choice.usage) : undefined
    if (usage) return usage
  }
  return undefined
}
