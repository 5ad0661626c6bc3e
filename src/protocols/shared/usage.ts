/** Usage of a format with two counts. */
import type { Usage } from '../../kernel/hub.js'
import { wireCount } from './count.js'

/** @returns `undefined` when both are absent. */
export function usageOf(promptTokens: unknown, completionTokens: unknown): Usage | undefined {
  const prompt = wireCount(promptTokens)
  const completion = wireCount(completionTokens)
  if (prompt === undefined && completion === undefined) return undefined
  return {
    prompt_tokens: prompt ?? 0,
    completion_tokens: completion ?? 0,
    total_tokens: (prompt ?? 0) + (completion ?? 0),
  }
}
