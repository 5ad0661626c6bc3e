/** Words and patterns that a program names. */
import { finderOf, type Finder } from './finder.js'

/** Characters that a pattern of the program may span in a stream, unless it says so. */
const PATTERN_REACH = 256

/** Whole words, whatever their case. Text around is not touched. */
export function keywordFinder(words: readonly string[]): Finder {
  const escaped = [...words]
    .sort((a, b) => b.length - a.length)
    .map((word) => word.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`))
  // A word border in any alphabet, which `\b` is not.
  const pattern = new RegExp(String.raw`(?<![\p{L}\p{N}_])(?:${escaped.join('|')})(?![\p{L}\p{N}_])`, 'giu')
  return finderOf([{ category: 'keyword', pattern }], Math.max(1, ...words.map(({ length }) => length)))
}

/** @throws SyntaxError for a text that is not a regular expression. */
export function regexFinder(patterns: readonly (string | RegExp)[], reach = PATTERN_REACH): Finder {
  return finderOf(
    patterns.map((given) => ({ category: 'regex', pattern: asGlobal(given) })),
    reach,
  )
}

function asGlobal(given: string | RegExp): RegExp {
  if (typeof given === 'string') return new RegExp(given, 'gu')
  return given.global && !given.sticky ? given : new RegExp(given.source, `${given.flags.replaceAll(/[gy]/g, '')}g`)
}
