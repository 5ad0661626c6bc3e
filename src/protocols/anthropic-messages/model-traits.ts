/**
 * What differs between the models of this format, read off the model's name, because the API refuses a
 * request that uses a newer or an older way of saying the same thing.
 * Source: https://platform.claude.com/docs/en/about-claude/models/overview and the pages named below.
 */
export interface ModelTraits {
  /** Takes `thinking: adaptive` with `output_config.effort`; newer ones refuse a token budget. From Claude 4.6. */
  readonly adaptiveThinking: boolean
  /** Takes `system` messages after a user turn; others answer 400. From Claude Opus 4.8. */
  readonly systemInMessages: boolean
  /** Takes `output_config.format` with a JSON schema. From Claude Opus 4.1 and Claude 4.5. */
  readonly jsonSchema: boolean
  /** Takes a token budget for thinking. Until Claude 4.6 (https://platform.claude.com/docs/en/about-claude/models/migration-guide). */
  readonly thinkingBudget: boolean
  /** Takes a `temperature` and a `top_p` other than the default. Until Claude 4.6. */
  readonly sampling: boolean
  /** Takes `temperature` beside `top_p`. Until Claude Opus 4 and Claude 4. */
  readonly bothSamplers: boolean
  /** Takes `effort: xhigh`. From Claude Opus 4.7. */
  readonly xhighEffort: boolean
  /** Bounds its schemas as Anthropic's structured output does. */
  readonly isClaude: boolean
}

/** Speakers of the format that are not Claude follow its older dialect; their quirks say the rest. */
const OTHER: ModelTraits = {
  adaptiveThinking: false,
  systemInMessages: false,
  jsonSchema: true,
  thinkingBudget: true,
  sampling: true,
  bothSamplers: true,
  xhighEffort: false,
  isClaude: false,
}

const NAME = /claude-(?:([a-z]+)(?:-|$))?(?:v?(\d{1,2})(?!\d)(?:[-.](\d{1,2})(?!\d))?)?/

/** @param model - A model name, with or without a vendor prefix, a date or a version suffix. */
export function traitsOf(model: string): ModelTraits {
  const match = NAME.exec(model.toLowerCase())
  if (!match) return OTHER
  const family = match[1]
  // A name without a number (`claude-opus-latest`) is an alias of the newest model.
  const version = match[2] === undefined ? Infinity : Number(match[2]) * 100 + Number(match[3] ?? 0)
  const fromOpus41 = version >= 405 || (family === 'opus' && version >= 401)
  return {
    adaptiveThinking: version >= 406,
    systemInMessages: version >= 408,
    jsonSchema: fromOpus41,
    thinkingBudget: version < 407,
    sampling: version < 407,
    bothSamplers: !fromOpus41,
    xhighEffort: version >= 407,
    isClaude: true,
  }
}
