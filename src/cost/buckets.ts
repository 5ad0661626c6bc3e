/** Usage as disjoint counts: every token is in exactly one bucket, so none is priced twice. */
import { asNumber, isObject } from '../kernel/json.js'
import type { JsonObject } from '../kernel/protocol.js'

export interface UsageBuckets {
  /** Input that neither came from a cache nor was written to one, without audio. */
  input: number
  input_audio: number
  cache_read: number
  /** Cache writes with the short lifetime. */
  cache_write: number
  cache_write_1h: number
  /** Output, reasoning included, without audio. */
  output: number
  output_audio: number
}

export type Bucket = keyof UsageBuckets

/**
 * Splits a hub usage, whose totals include their details. A detail larger than its total is cut to it:
 * some providers report cached tokens beyond the prompt. Where the provider says what it bills apart from what
 * the model read, its bill counts, which has no details (https://docs.cohere.com/docs/how-does-cohere-pricing-work).
 *
 * @returns `undefined` when neither prompt nor completion tokens are counted.
 */
export function bucketsOf(usage: unknown): UsageBuckets | undefined {
  if (!isObject(usage)) return undefined
  const billed = isObject(usage['billed_units']) ? usage['billed_units'] : {}
  const billedInput = asNumber(billed['input_tokens'])
  const prompt = billedInput ?? asNumber(usage['prompt_tokens'])
  const completion = asNumber(billed['output_tokens']) ?? asNumber(usage['completion_tokens'])
  if (prompt === undefined && completion === undefined) return undefined
  const hasDetails = billedInput === undefined && isObject(usage['prompt_tokens_details'])
  const promptDetails = hasDetails ? (usage['prompt_tokens_details'] as JsonObject) : {}
  const completionDetails = isObject(usage['completion_tokens_details']) ? usage['completion_tokens_details'] : {}

  let left = Math.max(0, prompt ?? 0)
  const takeInput = (count: unknown): number => {
    const taken = Math.min(left, Math.max(0, asNumber(count) ?? 0))
    left -= taken
    return taken
  }
  const cacheRead = takeInput(promptDetails['cached_tokens'])
  const written = takeInput(promptDetails['cache_write_tokens'])
  const longWritten = Math.min(written, Math.max(0, asNumber(promptDetails['cache_write_1h_tokens']) ?? 0))
  const inputAudio = takeInput(promptDetails['audio_tokens'])
  const outputTotal = Math.max(0, completion ?? 0)
  const outputAudio = Math.min(outputTotal, Math.max(0, asNumber(completionDetails['audio_tokens']) ?? 0))
  return {
    input: left,
    input_audio: inputAudio,
    cache_read: cacheRead,
    cache_write: written - longWritten,
    cache_write_1h: longWritten,
    output: outputTotal - outputAudio,
    output_audio: outputAudio,
  }
}
