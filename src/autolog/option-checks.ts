/** What the checks of options share. */
import { didYouMean } from '../kernel/did-you-mean.js'
import { typeName } from '../kernel/json.js'

/** Returns what was expected, or `undefined` for a valid value. */
export type Check = (value: unknown) => string | undefined

export const expecting =
  (expected: string, holds: (value: unknown) => boolean): Check =>
  (value) =>
    holds(value) ? undefined : expected
export const isOneOf =
  (words: readonly unknown[]) =>
  (value: unknown): boolean =>
    words.includes(value)
export const isType =
  (type: 'boolean' | 'function') =>
  (value: unknown): boolean =>
    typeof value === type
export const isUrl = (value: unknown): boolean =>
  typeof value === 'string' && /^https?:/.test(value) && URL.canParse(value)
export const isRule = (value: unknown): boolean =>
  typeof value === 'function' ||
  (Array.isArray(value) && value.every((item) => typeof item === 'string' || item instanceof RegExp))

export const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

const isWord = (expected: string): boolean => expected.startsWith("'")

/** Never quotes the value: it may be a key. */
export function describe(value: unknown, expected: string): string {
  if (value === '') return 'an empty string'
  return typeof value === 'string' && isWord(expected) ? 'another string' : typeName(value)
}

export function unknownName(name: string, what: string, known: readonly string[]): string {
  return `there is no such ${what}${didYouMean(name, known) || `; use one of ${known.join(', ')}`}`
}
