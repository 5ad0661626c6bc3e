export type ThinkingLevel = 'minimal' | 'low' | 'medium' | 'high'

/** What differs between the models of this format, read off the model's name. */
export interface ModelTraits {
  /**
   * What it takes as `thinkingLevel`, least first; empty where a budget is the only way. From Gemini 3
   * (https://ai.google.dev/gemini-api/docs/thinking#thinking-levels).
   */
  readonly thinkingLevels: readonly ThinkingLevel[]
  /** Thinks at all. From Gemini 2.5. */
  readonly thinks: boolean
  /** Can be told not to think. The Pro models cannot. */
  readonly canStopThinking: boolean
  /** Calls functions and answers in JSON in one request (https://ai.google.dev/gemini-api/docs/structured-output). From Gemini 3. */
  readonly jsonBesideFunctions: boolean
  /** Can be held to the schemas of functions that it may call or not (https://ai.google.dev/gemini-api/docs/function-calling#function_calling_modes). */
  readonly validatesCalls: boolean
  /** Refuses a function call in history without its signature (https://ai.google.dev/gemini-api/docs/thought-signatures). */
  readonly needsSignatures: boolean
  /** The result of a function may hold images and files (https://ai.google.dev/gemini-api/docs/function-calling#multimodal). From Gemini 3. */
  readonly mediaInResults: boolean
}

const NAME = /gemini-(?:[a-z]+-)*?(\d{1,2})(?:\.(\d{1,2}))?(?!\d)/
const GEMMA = /gemma-(\d{1,2})/

/** @param model - A name without a number (`gemini-flash-latest`, an endpoint's) is taken for one of the newest models. */
export function traitsOf(model: string): ModelTraits {
  const name = model.toLowerCase()
  const match = NAME.exec(name)
  const gemma = GEMMA.exec(name)
  const version = match ? Number(match[1]) * 100 + Number(match[2] ?? 0) : Infinity
  const pro = /\bpro\b/.test(name)
  const thinks = gemma ? Number(gemma[1]) >= 4 : version >= 205 || name.includes('robotics')
  return {
    thinkingLevels: !thinks || version < 300 ? [] : gemma ? ['minimal', 'high'] : levelsOf(name, version, pro),
    thinks,
    canStopThinking: version < 300 && !pro,
    jsonBesideFunctions: version >= 300 && !gemma,
    validatesCalls: version >= 205 && !gemma,
    needsSignatures: name.includes('gemini') && version >= 300,
    mediaInResults: version >= 300 && !gemma,
  }
}

function levelsOf(name: string, version: number, pro: boolean): readonly ThinkingLevel[] {
  if (pro) return version === 300 ? ['low', 'high'] : ['low', 'medium', 'high']
  if (/\bimage\b/.test(name)) return ['minimal', 'high']
  const canBarelyThink = version < 307 || /\blite\b/.test(name)
  return canBarelyThink ? ['minimal', 'low', 'medium', 'high'] : ['low', 'medium', 'high']
}
