/** Tokens of several completions. */
import type { ChatCompletion } from '../../kernel/hub.js'

export interface UsageSum {
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
}

/** A completion that does not say its tokens adds none. */
export function addUsage(completions: readonly Pick<ChatCompletion, 'usage'>[]): UsageSum {
  const sum = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }
  for (const { usage } of completions) {
    sum.prompt_tokens += usage?.prompt_tokens ?? 0
    sum.completion_tokens += usage?.completion_tokens ?? 0
    sum.total_tokens += usage?.total_tokens ?? 0
  }
  return sum
}
