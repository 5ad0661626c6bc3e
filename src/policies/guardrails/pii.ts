/** Personal data, as regular expressions with checks of their digits. A name or an address of a person is not found. */
import { finderOf, type Finder, type Pattern } from './finder.js'

export type PiiKind = 'email' | 'phone' | 'card' | 'iban' | 'ssn' | 'ip'

/** `ip` is not among them: versions of programs look alike. */
export const PII_KINDS: readonly PiiKind[] = ['email', 'phone', 'card', 'iban', 'ssn', 'ip']
const BY_DEFAULT: readonly PiiKind[] = ['email', 'phone', 'card', 'iban', 'ssn']

/** The longest of them is an e-mail address (https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1), of which few have over 100. */
const REACH = 128

const digitsOf = (text: string): string => text.replaceAll(/\D/g, '')

/** https://en.wikipedia.org/wiki/Luhn_algorithm */
function passesLuhn(text: string): boolean {
  const digits = digitsOf(text)
  let sum = 0
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits[digits.length - 1 - at])
    const twice = digit * 2
    sum += at % 2 === 0 ? digit : twice > 9 ? twice - 9 : twice
  }
  return sum % 10 === 0
}

/** https://en.wikipedia.org/wiki/International_Bank_Account_Number#Validating_the_IBAN */
function passesMod97(text: string): boolean {
  const iban = text.replaceAll(/[\s-]/g, '').toUpperCase()
  const turned = iban.slice(4) + iban.slice(0, 4)
  let rest = 0
  for (const character of turned) {
    const value = Number.parseInt(character, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest === 1
}

const isAddress = (text: string): boolean => URL.canParse(`http://[${text}]`)

const PATTERNS: Readonly<Record<PiiKind, readonly Pattern[]>> = {
  email: [{ category: 'email', pattern: /[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,4}\p{L}{2,24}/gu }],
  phone: [
    // With the country, as E.164 has it: at most 15 digits.
    {
      category: 'phone',
      pattern: /(?<![\d+]|\d[ -])(?:\+|00)[1-9](?:[\s().-]{0,2}\d){6,14}(?!\d)/g,
      holds: (text) => digitsOf(text).length >= 8,
    },
    { category: 'phone', pattern: /(?<![\d.-])(?:\(\d{3}\)\s?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\d-])/g },
  ],
  card: [
    {
      category: 'card',
      pattern: /(?<![\d-])[2-6]\d{3}(?:[ -]?\d){8,15}(?![\d-])/g,
      holds: (text) => passesLuhn(text),
    },
  ],
  iban: [
    {
      category: 'iban',
      pattern: /\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?\b/gi,
      holds: passesMod97,
    },
  ],
  // https://www.ssa.gov/employer/randomization.html
  ssn: [{ category: 'ssn', pattern: /(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])/g }],
  ip: [
    {
      category: 'ip',
      pattern: /(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.]*\d)/g,
    },
    { category: 'ip', pattern: /(?<![\w:])[\da-f]{0,4}(?::[\da-f]{0,4}){2,7}(?![\w:])/gi, holds: isAddress },
  ],
}

export function piiFinder(kinds: readonly PiiKind[] = BY_DEFAULT): Finder {
  return finderOf(
    kinds.flatMap((kind) => PATTERNS[kind]),
    REACH,
  )
}
