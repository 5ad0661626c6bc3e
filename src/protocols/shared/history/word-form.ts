/** Rewrites ids and names to the form that a provider takes, always in the same way. */
import type { WordForm } from '../../../kernel/history.js'

function oddIn({ also, not }: WordForm): RegExp | undefined {
  const escaped = (also ?? not)?.replace(/[\\\]^-]/g, '\\$&')
  if (escaped === undefined) return undefined
  return new RegExp(also === undefined ? `[${escaped}]` : `[^a-zA-Z0-9${escaped}]`, 'gu')
}

export interface WordWriter {
  fits(word: string): boolean
  /** The same word if it fits. Two different words become equal only by a collision of hashes. */
  write(word: string): string
}

/** Forms are constants of formats and rows, asked for each request. */
const writers = new WeakMap<WordForm, Map<string, WordWriter>>()

/** @param sign - Replaces a character that is not allowed; by default its code point does. */
export function wordWriter(form: WordForm, sign?: string): WordWriter {
  const key = sign ?? ''
  const known = writers.get(form)?.get(key)
  if (known) return known
  const made = writerOf(form, sign)
  const all = writers.get(form) ?? new Map<string, WordWriter>()
  writers.set(form, all.set(key, made))
  return made
}

function writerOf(form: WordForm, sign: string | undefined): WordWriter {
  const { max, exact = false, letterFirst = false } = form
  const odd = oddIn(form)
  const begins = letterFirst ? /^[a-zA-Z_]/ : /^/
  function fits(word: string): boolean {
    if (word.length > max || word.length < (exact ? max : 1)) return false
    return begins.test(word) && (odd === undefined || word.search(odd) < 0)
  }
  function write(word: string): string {
    if (fits(word)) return word
    if (exact) return hashOf(word, max)
    // Only the beginning of a long word is kept; the hash stands for the rest.
    const start = word.slice(0, max + 1)
    const plain = start.replace(
      odd ?? UNSAFE,
      (character) => sign ?? `_${character.codePointAt(0)?.toString(16) ?? ''}`,
    )
    const whole = begins.test(plain) ? plain : `_${plain}`
    if (whole === '') return '_'
    if (word.length <= max && whole.length <= max) return whole
    return `${whole.slice(0, max - HASH - 1)}_${hashOf(word, HASH)}`
  }
  return { fits, write }
}

/** What a word is rid of that is written again where all is taken: a cut could leave half a character. */
const UNSAFE = /[^a-zA-Z0-9_-]/gu

/** Characters of the hash after the beginning of a long word. */
const HASH = 10

const DIGITS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** `length` letters and digits that depend on each character of the text (FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv). */
export function hashOf(text: string, length: number): string {
  let low = 0x811c9dc5
  let high = 0x9747b28c
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    low = Math.imul(low ^ code, 0x01000193)
    high = Math.imul(high ^ (code + at), 0x01000193) ^ (low >>> 13)
  }
  let hash = ''
  while (hash.length < length) {
    low = Math.imul(low ^ (low >>> 15), 0x2c1b3c6d) ^ high
    high = Math.imul(high ^ (high >>> 13), 0x297a2d39) + hash.length
    hash += DIGITS[(low >>> 0) % DIGITS.length]
  }
  return hash
}
