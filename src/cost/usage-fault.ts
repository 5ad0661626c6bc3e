/** Why a usage is invalid: some providers report wrong counts. */
import { isObject, typeName } from '../kernel/json.js'

/** Tokens. No call uses as many. */
export const MOST_TOKENS = 1e9
/** USD. No call costs as much. */
export const MOST_USD = 10_000

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS
}

/** Describes an invalid count or amount for a message. A text of the provider is not shown. */
export function shownValue(value: unknown): string {
  return typeof value === 'number' ? String(value) : typeName(value)
}

/**
 * The first invalid count: negative, a fraction, a text, more than any call uses. If the prompt's count is there, the total
 * does not matter; otherwise the prompt is the rest of the total. `undefined` when all counts are valid, or there are none.
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
