/** Log probabilities (https://ai.google.dev/api/generate-content#LogprobsResult), both ways. */
import type { Logprobs, TokenLogprob } from '../../kernel/hub.js'
import { asArray, asNumber, asString, compact, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'

/** The wire numbers its tokens; the number rides along beside the hub's fields. */
type Entry = Omit<TokenLogprob, 'top_logprobs'> & { token_id?: number }

function readEntry(wire: unknown): Entry {
  const source = isObject(wire) ? wire : {}
  const id = asNumber(source['tokenId'])
  return {
    token: asString(source['token']) ?? '',
    // A proto number that is zero is not written.
    logprob: asNumber(source['logProbability']) ?? 0,
    bytes: null,
    ...(id !== undefined && { token_id: id }),
  }
}

export function decodeLogprobs(wire: unknown): Logprobs | null {
  if (!isObject(wire) || !Array.isArray(wire['chosenCandidates'])) return null
  const top = asArray(wire['topCandidates'])
  const content = wire['chosenCandidates'].map((chosen: unknown, at): TokenLogprob => {
    const step = top[at]
    return {
      ...readEntry(chosen),
      top_logprobs: asArray(isObject(step) ? step['candidates'] : undefined).map(readEntry),
    }
  })
  return { content, refusal: null }
}

function writeEntry(entry: Entry): JsonObject {
  return compact({ token: entry.token, tokenId: entry.token_id, logProbability: entry.logprob })
}

export function encodeLogprobs(logprobs: Logprobs | null | undefined): JsonObject | undefined {
  const content = logprobs?.content
  if (!content || content.length === 0) return undefined
  const hasTop = content.some(({ top_logprobs: top }) => top.length > 0)
  return compact({
    chosenCandidates: content.map(writeEntry),
    topCandidates: hasTop ? content.map(({ top_logprobs: top }) => ({ candidates: top.map(writeEntry) })) : undefined,
  })
}
