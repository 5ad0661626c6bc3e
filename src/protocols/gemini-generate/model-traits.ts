/** What differs between the models of this format, read off the model's name. */
export interface ModelTraits {
  /** Takes `thinkingLevel`; a budget is the older way. From Gemini 3 (https://ai.google.dev/gemini-api/docs/thinking). */
  readonly thinkingLevel: boolean
  /** Thinks at all. From Gemini 2.5. */
  readonly thinks: boolean
  /** Can be told not to think. The Pro models cannot. */
  readonly canStopThinking: boolean
  /** Takes the level `minimal` (Flash models of Gemini 3). */
  readonly minimalLevel: boolean
  /** Refuses a function call in history without its signature (https://ai.google.dev/gemini-api/docs/thought-signatures). */
  readonly needsSignatures: boolean
}

const NAME = /gemini-(?:[a-z]+-)*?(\d{1,2})(?:\.(\d{1,2}))?(?!\d)/

/** @param model - A name without a number (`gemini-flash-latest`, an endpoint's) is taken for one of the newest models. */
export function traitsOf(model: string): ModelTraits {
  const name = model.toLowerCase()
  const match = NAME.exec(name)
  const version = match ? Number(match[1]) * 100 + Number(match[2] ?? 0) : Infinity
  const pro = /\bpro\b/.test(name)
  return {
    thinkingLevel: version >= 300,
    thinks: version >= 205,
    canStopThinking: version < 300 && !pro,
    minimalLevel: version >= 300 && !pro,
    needsSignatures: match !== null && version >= 300,
  }
}
