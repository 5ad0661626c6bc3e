/** Other ways to read a text: letters and digits only, and with encoded parts decoded. */
import { decodedRuns } from './decoded.js'

export interface Reading {
  /** Letters and digits, in lower case. */
  readonly text: string
  /** The place of a part of it in the original text. */
  place(start: number, end: number): { readonly start: number; readonly end: number }
}

/** The least characters of an encoded run that is read. */
const RUN = 16

/** Letters and digits only, so that line breaks, spaces, dashes, quotes and full-width forms make no difference. */
export function lettersAndDigits(text: string): Reading {
  const at: number[] = []
  const bare = bareOf(text, at)
  return { text: bare, place: (start, end) => ({ start: at[start] ?? 0, end: (at[end - 1] ?? -1) + 1 }) }
}

/** Parts of a text that are encoded as in a URL, JSON or HTML, in base64 or hexadecimal. The place of a part is its whole run. */
export function decodedText(text: string): Reading {
  const runs: { readonly from: number; readonly start: number; readonly end: number }[] = []
  let all = ''
  for (const { start, end, decoded: said } of decodedRuns(text)) {
    if (end - start < RUN) continue
    runs.push({ from: all.length, start, end })
    // The separator of two runs is a character that no other text has.
    all += `${bareOf(said)}\u0000`
  }
  return {
    text: all,
    place(start) {
      const { start: from = 0, end = 0 } = runs.findLast((run) => run.from <= start) ?? {}
      return { start: from, end }
    },
  }
}

/** @param at - Gets the place of each character. */
export function bareOf(text: string, at?: number[]): string {
  let bare = ''
  for (let i = 0; i < text.length; i += 1) {
    const kept = bareCharacter(text.charCodeAt(i))
    if (kept === undefined) continue
    bare += kept
    at?.push(i)
  }
  return bare
}

const WIDE = 0xfee0

function bareCharacter(given: number): string | undefined {
  const code = given >= 0xff01 && given <= 0xff5e ? given - WIDE : given
  if (code >= 65 && code <= 90) return String.fromCharCode(code + 32)
  if ((code >= 97 && code <= 122) || (code >= 48 && code <= 57)) return String.fromCharCode(code)
  if (code < 128) return undefined
  const character = String.fromCharCode(code)
  return /[\p{L}\p{N}]/u.test(character) ? character : undefined
}
