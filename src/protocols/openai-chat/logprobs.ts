/** Log probabilities: OpenAI's chat form, and the parallel lists of the older completions format. */
import type { Logprobs, TokenLogprob } from '../../kernel/hub.js'
import { asArray, asNumber, asString, isObject } from '../../kernel/json.js'

function isList(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.every(isObject))
}

export function isHubLogprobs(value: unknown): value is Logprobs {
  return isObject(value) && isList(value.content) && isList(value.refusal)
}

/** `{tokens, token_logprobs, top_logprobs}`: entry i of each list is about token i. */
function fromLists(tokens: readonly unknown[], logprobs: readonly unknown[], tops: readonly unknown[]): TokenLogprob[] {
  return tokens.map((token, at) => ({
    token: asString(token) ?? '',
    logprob: asNumber(logprobs[at]) ?? 0,
    bytes: null,
    top_logprobs: topOf(tops[at]),
  }))
}

function topOf(top: unknown): TokenLogprob['top_logprobs'] {
  if (!isObject(top)) return []
  return Object.entries(top).map(([token, logprob]) => ({ token, logprob: asNumber(logprob) ?? 0, bytes: null }))
}

/** `null` when the value is none of the known forms. */
export function readLogprobs(value: unknown): Logprobs | null {
  if (isHubLogprobs(value)) return value
  if (!isObject(value)) return null
  if (Array.isArray(value.tokens)) {
    const content = fromLists(value.tokens, asArray(value.token_logprobs), asArray(value.top_logprobs))
    return { content, refusal: null }
  }
  const content = Array.isArray(value.content) && isList(value.content) ? (value.content as TokenLogprob[]) : null
  const refusal = Array.isArray(value.refusal) && isList(value.refusal) ? (value.refusal as TokenLogprob[]) : null
  return content || refusal ? { content, refusal } : null
}
