/** Regular expressions as a dialect takes them. Where it matches whole texts, one that fits a part is written so that it does. */
import type { PatternForm } from './dialect.js'

const LOOKAROUND = /\(\?<?[=!]/

/** References to groups, borders of words, properties of characters, and large counts. */
const NOT_SIMPLE = /\\[1-9kbBpP]|\(\?<[A-Za-z]|\{\d{3,}|,\d{3,}\}/

export function looksAround(pattern: string): boolean {
  return LOOKAROUND.test(pattern)
}

/** @returns `undefined` for one that the form has no words for. */
export function patternIn(form: PatternForm, pattern: string): string | undefined {
  if (looksAround(pattern) || (form !== 'without-lookaround' && NOT_SIMPLE.test(pattern))) return undefined
  if (form !== 'anchored' && form !== 'whole') return pattern
  const whole = wholeOf(pattern)
  return whole === undefined || form === 'whole' ? whole : `^${whole}$`
}

/** The expression that fits a whole text where the given one is found in it, without `^` and `$`. */
function wholeOf(pattern: string): string | undefined {
  const { starts, ends, body, hasChoice, hasAnchor } = partsOf(pattern)
  // `^a|b$` is bound on one side each, and `^` within has no other words.
  if (hasAnchor || (hasChoice && (starts || ends))) return undefined
  const inner = hasChoice ? `(?:${body})` : body
  // Nothing at all would be read as no expression.
  return `${starts ? '' : '.*'}${inner}${ends ? '' : '.*'}` || undefined
}

interface Parts {
  readonly starts: boolean
  readonly ends: boolean
  readonly body: string
  /** Alternatives outside of groups. */
  readonly hasChoice: boolean
  /** `^` or `$` within. */
  readonly hasAnchor: boolean
}

function partsOf(pattern: string): Parts {
  const starts = pattern.startsWith('^')
  const rest = starts ? pattern.slice(1) : pattern
  let [depth, inClass, hasChoice, anchors, ends] = [0, false, false, 0, false]
  for (let at = 0; at < rest.length; at += 1) {
    const sign = rest[at]
    if (sign === '\\') at += 1
    else if (inClass) inClass = sign !== ']'
    else if (sign === '[') inClass = true
    else if (sign === '(') depth += 1
    else if (sign === ')') depth -= 1
    else if (sign === '|') hasChoice ||= depth === 0
    else if (sign === '$' && at === rest.length - 1) ends = true
    else if (sign === '^' || sign === '$') anchors += 1
  }
  return { starts, ends, body: ends ? rest.slice(0, -1) : rest, hasChoice, hasAnchor: anchors > 0 }
}
