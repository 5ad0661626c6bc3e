/** Usage as a provider writes it in a shape of its own, in that of OpenAI's chat. */
import { asArray, asNumber, asString, isObject } from '../kernel/json.js'
import type { JsonObject } from '../kernel/protocol.js'

/**
 * Reads Gemini's `usageMetadata` (https://ai.google.dev/api/generate-content#UsageMetadata) and the `usage` of Amazon
 * Bedrock's Converse (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html).
 *
 * @returns `undefined` for any other shape.
 */
export function usageOfRaw(usage: JsonObject): JsonObject | undefined {
  return usageOfGemini(usage) ?? usageOfConverse(usage)
}

/** What was thought is not among the candidates' tokens; what tools at the provider gave is not in the prompt's. */
function usageOfGemini(usage: JsonObject): JsonObject | undefined {
  const asked = asNumber(usage['promptTokenCount'])
  const candidates = asNumber(usage['candidatesTokenCount'])
  if (asked === undefined && candidates === undefined) return undefined
  const thoughts = asNumber(usage['thoughtsTokenCount']) ?? 0
  const prompt = (asked ?? 0) + (asNumber(usage['toolUsePromptTokenCount']) ?? 0)
  // Some versions of the API count thoughts among the candidates; the total tells.
  const inclusive = thoughts > 0 && prompt + (candidates ?? 0) === usage['totalTokenCount']
  return {
    prompt_tokens: prompt,
    completion_tokens: (candidates ?? 0) + (inclusive ? 0 : thoughts),
    prompt_tokens_details: {
      ...modalities(usage['promptTokensDetails']),
      cached_tokens: asNumber(usage['cachedContentTokenCount']) ?? 0,
      cached_tokens_details: modalities(usage['cacheTokensDetails']),
    },
    completion_tokens_details: { ...modalities(usage['candidatesTokensDetails']), reasoning_tokens: thoughts },
  }
}

function modalities(details: unknown): JsonObject {
  const counts: Record<string, number> = {}
  for (const entry of asArray(details)) {
    const modality = isObject(entry) ? asString(entry['modality']) : undefined
    if (modality === undefined) continue
    const field = `${modality.toLowerCase()}_tokens`
    counts[field] = (counts[field] ?? 0) + (asNumber((entry as JsonObject)['tokenCount']) ?? 0)
  }
  return counts
}

/** Its input leaves out what was cached, as Anthropic's does. */
function usageOfConverse(usage: JsonObject): JsonObject | undefined {
  const input = asNumber(usage['inputTokens'])
  const output = asNumber(usage['outputTokens'])
  if (input === undefined && output === undefined) return undefined
  const hour = asArray(usage['cacheDetails']).find((entry) => isObject(entry) && entry['ttl'] === '1h')
  return {
    input_tokens: input ?? 0,
    output_tokens: output ?? 0,
    cache_read_input_tokens: asNumber(usage['cacheReadInputTokens']) ?? 0,
    cache_creation_input_tokens: asNumber(usage['cacheWriteInputTokens']) ?? 0,
    ...(isObject(hour) && { cache_creation: { ephemeral_1h_input_tokens: hour['inputTokens'] } }),
  }
}
