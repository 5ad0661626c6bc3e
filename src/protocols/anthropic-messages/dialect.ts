/** The dialect of the format for a model: Claude's of its version, or the older one of other providers. */
import { traitsOf, type ClaudeTraits } from '../../models/index.js'

export interface Dialect extends ClaudeTraits {
  /** Bounds its schemas as Anthropic's structured output does. */
  readonly isClaude: boolean
}

/** Speakers of the format that are not Claude; their quirks say the rest. */
const OTHER: Dialect = {
  adaptiveThinking: false,
  thinkingBudget: true,
  leastThinking: 'disabled',
  xhighEffort: false,
  forcedTools: true,
  systemInMessages: false,
  jsonSchema: true,
  sampling: true,
  bothSamplers: true,
  isClaude: false,
}

/** @param model - A model's name, as `traitsOf` takes it. */
export function dialectOf(model: string): Dialect {
  const { claude } = traitsOf(model)
  return claude ? { ...claude, isClaude: true } : OTHER
}
