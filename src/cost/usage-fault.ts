/** Why a usage is no account of a call. Counts are a provider's word, and some of them make it up. */
import { isObject, typeName } from '../kernel/json.js'

/** No call uses as much. */
export const MOST_TOKENS = 1e9
/** USD. No call costs as much. */
export const MOST_USD = 10_000

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
  // Each by its own name and by those of other formats.
  const { prompt_tokens: prompt, input_tokens: input, promptTokenCount: promptCount, inputTokens: inputs } = usage
  const { completion_tokens: completion, output_tokens: output, candidatesTokenCount, outputTokens: outputs } = usage
  const fault =
    faultOf('prompt_tokens', prompt) ??
    faultOf('input_tokens', input) ??
    faultOf('promptTokenCount', promptCount) ??
    faultOf('inputTokens', inputs) ??
    faultOf('completion_tokens', completion) ??
    faultOf('output_tokens', output) ??
    faultOf('candidatesTokenCount', candidatesTokenCount) ??
    faultOf('outputTokens', outputs)
  if (fault !== undefined) return fault
  if ((prompt ?? input ?? promptCount ?? inputs) != null) return undefined
  const { total_tokens: total, totalTokenCount, totalTokens } = usage
  return (
    faultOf('total_tokens', total) ?? faultOf('totalTokenCount', totalTokenCount) ?? faultOf('totalTokens', totalTokens)
  )
}

function faultOf(name: string, value: unknown): string | undefined {
  return value == null || isCount(value) ? undefined : noCount(name, value)
}

function noCount(name: string, value: unknown): string {
  return `usage: ${name} is ${shownValue(value)}, which cannot be the count of a call`
}
