/** Merges usage that comes in several chunks of a stream. */
import type { Usage } from './hub.js'

const TOTALS = ['prompt_tokens', 'completion_tokens', 'total_tokens'] as const

/**
 * Later chunks win, and of the totals the greater one. Counts grow with the stream, and some servers report the prompt in
 * the first chunk and the answer in the last.
 */
export function mergeUsage(earlier: Usage | null | undefined, later: Usage): Usage {
  if (!earlier) return later
  const merged: Usage = { ...earlier }
  for (const [field, value] of Object.entries(later)) if (value != null) Object.assign(merged, { [field]: value })
  for (const total of TOTALS) {
    const [before, after] = [earlier[total], later[total]]
    if (isCount(before) && (!isCount(after) || before > after)) merged[total] = before
  }
  if (isCount(merged.prompt_tokens) && isCount(merged.completion_tokens))
    merged.total_tokens = Math.max(merged.total_tokens, merged.prompt_tokens + merged.completion_tokens)
  return merged
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}
