/** Why a usage is no account of a call. Counts are a provider's word, and some of them make it up. */
import { isObject, typeName } from '../kernel/json.js'

/** No call uses as much. */
export const MOST_TOKENS = 1e9
/** USD. No call costs as much. */
export const MOST_USD = 10_000

/** Each by its own name and by those of other formats. */
const PROMPT = ['prompt_tokens', 'input_tokens', 'promptTokenCount', 'inputTokens'] as const
const COUNTS = [...PROMPT, 'completion_tokens', 'output_tokens', 'candidatesTokenCount', 'outputTokens'] as const
const TOTALS = ['total_tokens', 'totalTokenCount', 'totalTokens'] as const

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS
}

/** What stands where a count or an amount belongs, for a message. A text is the provider's, and stays with it. */
export function shownValue(value: unknown): string {
  return typeof value === 'number' ? String(value) : typeName(value)
}

/**
 * The first count that is none: negative, a fraction, a text, more than any call uses. Where the prompt is told the
 * total does not matter; where it is not, the prompt is what the total leaves for it. `undefined` when all are counts,
 * or nothing is told.
 */
export function usageFault(usage: unknown): string | undefined {
  if (!isObject(usage)) return usage == null ? undefined : `usage: it is ${typeName(usage)}`
  for (const name of COUNTS) if (usage[name] != null && !isCount(usage[name])) return noCount(name, usage[name])
  if (PROMPT.some((name) => usage[name] != null)) return undefined
  for (const name of TOTALS) if (usage[name] != null && !isCount(usage[name])) return noCount(name, usage[name])
  return undefined
}

function noCount(name: string, value: unknown): string {
  return `usage: ${name} is ${shownValue(value)}, which is no count of a call`
}
