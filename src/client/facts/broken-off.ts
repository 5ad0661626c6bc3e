/** Answers that broke off: what came was paid for, but the provider did not report the usage. */
import { estimateTokens } from '../../kernel/estimate-tokens.js'
import type { ChatCompletion, Usage } from '../../kernel/hub.js'
import { isObject } from '../../kernel/json.js'
import { countOf } from '../admission/consumption.js'

/** Whether a stream ended before its answer did: the caller left it, or it was cut. */
export function isBrokenOff({ choices }: ChatCompletion): boolean {
  return choices.length === 0 || choices.some(({ finish_reason: finish }) => !finish)
}

/**
 * The usage of an answer that broke off: at least what the provider has counted so far; the text that came is counted by
 * its characters.
 *
 * @param inputTokens - Tokens of the request, estimated.
 */
export function usageSoFar({ usage, choices }: ChatCompletion, inputTokens: number): Usage {
  const counted = isObject(usage) ? (usage as Partial<Usage>) : {}
  const prompt_tokens = countOf(counted.prompt_tokens) || inputTokens
  const said = choices.map(({ message: { content, refusal, reasoning_content: thought, tool_calls: calls } }) => [
    content,
    refusal,
    thought,
    calls?.map((call) => ('function' in call ? call.function : call.custom)),
  ])
  const completion_tokens = Math.max(countOf(counted.completion_tokens) ?? 0, estimateTokens(said))
  return { ...counted, prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens }
}
