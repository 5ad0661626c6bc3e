/** Log probabilities (https://docs.cohere.com/reference/chat): an entry is a piece of text with the numbers of its tokens. */
import type { Logprobs, TokenLogprob } from '../../kernel/hub.js'
import { asArray, asNumber, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'

/** The text of several tokens has the product of their probabilities: the format does not say where one ends. */
export function decodeLogprob(wire: unknown): TokenLogprob[] {
  if (!isObject(wire) || !Array.isArray(wire['logprobs'])) return []
  const logprob = asArray(wire['logprobs']).reduce<number>((sum, value) => sum + (asNumber(value) ?? 0), 0)
  return [{ token: asString(wire['text']) ?? '', logprob, bytes: null, top_logprobs: [] }]
}

export function decodeLogprobs(wire: unknown): Logprobs | null {
  const content = asArray(wire).flatMap(decodeLogprob)
  return content.length > 0 ? { content, refusal: null } : null
}

export function encodeLogprobs(logprobs: Logprobs | null | undefined): JsonObject[] {
  return (logprobs?.content ?? []).map(({ token, logprob }) => ({ text: token, token_ids: [], logprobs: [logprob] }))
}
