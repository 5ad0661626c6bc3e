/**
 * The secrets that a client knows, and where a text shows one: whole or in part, in another case, masked by the
 * provider (`sk-…abcd`), or encoded as in a URL, in JSON or in base64.
 */
import { decodedRuns } from './decoded.js'
import { clip } from '../plain-text.js'
import { lowerASCII, commonSpan, maskSpans, KEY, type MarkedSpan } from './marks.js'
import { bareOf, lettersAndDigits } from './readings.js'

/** Characters of the pieces by which secrets are found. */
const GRAM = 6
/** Of a long secret so many characters in a row give it away. */
const PART = 8
/** The same, where anything may be between them: words of a text come together by accident. */
const BARE_PART = 12
/** Values that were given in the course of time, such as tokens. */
const MOST_MINTED = 64
/** Texts are read so far; what is shown is shorter. */
export const READ = 32 * 1024

/** What stands where a server wants no key. */
const PLACEHOLDERS: ReadonlySet<string> = new Set(
  'anything,dummy,empty,fake,key,local,localhost,lm-studio,no-key,none,not-needed,null,ollama,placeholder,test,token,undefined,unused'.split(
    ',',
  ),
)

interface Place {
  readonly secret: string
  readonly at: number
}

export class Secrets {
  private readonly fixed = new Set<string>()
  /** Newest last. */
  private readonly minted = new Set<string>()
  private readonly parents: readonly Secrets[]
  private grams: Map<string, Place[]> | undefined
  private short: readonly string[] = []

  /** @param parents - Whose secrets are known here too. */
  constructor(parents: readonly Secrets[] = []) {
    this.parents = parents
  }

  /** A value that does not change. Of no use are values of fewer than four characters: they are in many words. */
  add(value: string | undefined): void {
    const secret = secretOf(value)
    if (secret === undefined || this.fixed.has(secret)) return
    this.fixed.add(secret)
    // As it stands within JSON.
    this.fixed.add(JSON.stringify(secret).slice(1, -1))
    this.grams = undefined
  }

  /** A value that another will follow: of these the latest are known. */
  mint(value: string | undefined): void {
    const secret = secretOf(value)
    if (secret === undefined || this.minted.has(secret)) return
    this.minted.add(secret)
    if (this.minted.size > MOST_MINTED) {
      const [oldest] = this.minted
      if (oldest !== undefined) this.minted.delete(oldest)
    }
    this.grams = undefined
  }

  /** The text, cut to what is read of it, with `[key]` where it shows a secret. */
  mask(text: string): string {
    const read = clip(text, READ)
    return maskSpans(read, this.find(read))
  }

  /** Where the text shows a secret. */
  find(text: string): MarkedSpan[] {
    const spans = this.parents.flatMap((parent) => parent.find(text))
    if (this.fixed.size + this.minted.size === 0) return spans
    spans.push(...this.plain(text))
    const bare = lettersAndDigits(text)
    for (const { start, end } of this.plain(bare.text, BARE_PART)) spans.push({ ...bare.place(start, end), by: KEY })
    for (const { start, end, decoded } of decodedRuns(text))
      if (this.plain(decoded).length > 0) spans.push({ start, end, by: KEY })
    this.addMasked(text, spans)
    return spans
  }

  private index(): Map<string, Place[]> {
    if (this.grams) return this.grams
    const grams = new Map<string, Place[]>()
    const all = [...this.fixed, ...this.minted]
    for (const secret of new Set([...all, ...all.map((one) => bareOf(one))])) {
      for (let at = 0; at + GRAM <= secret.length; at += 1) {
        const gram = secret.slice(at, at + GRAM)
        const places = grams.get(gram)
        if (!places) grams.set(gram, [{ secret, at }])
        // Keys of one vendor begin alike; a few of them are enough to find what begins so.
        else if (places.length < 32) places.push({ secret, at })
      }
    }
    this.short = all.filter((secret) => secret.length < PART)
    this.grams = grams
    return grams
  }

  /** Where secrets stand as they are, whole or in part. @param least - Characters of a part. */
  private plain(given: string, least = 0): MarkedSpan[] {
    const grams = this.index()
    const text = lowerASCII(given)
    const spans: MarkedSpan[] = []
    let reached = 0
    for (let at = 0; at + GRAM <= text.length; at += 1) {
      for (const { secret, at: there } of grams.get(text.slice(at, at + GRAM)) ?? []) {
        if (at < reached) break
        const { start, end } = commonSpan(text, at, secret, there)
        if (end - start < Math.max(least, partOf(secret))) continue
        spans.push({ start, end, by: KEY })
        reached = Math.max(reached, end - GRAM + 1)
      }
    }
    if (least > 0) return spans
    for (const secret of this.short) {
      for (let at = text.indexOf(secret); at !== -1; at = text.indexOf(secret, at + 1)) {
        if (isWord(text[at - 1]) || isWord(text[at + secret.length])) continue
        spans.push({ start: at, end: at + secret.length, by: KEY })
      }
    }
    return spans
  }

  /** What providers show of a key: its ends around a mask, or its end in words. */
  private addMasked(text: string, spans: MarkedSpan[]): void {
    for (const pattern of [MASKED, WORDED]) {
      for (const { groups = {}, indices } of text.matchAll(pattern)) {
        const { head, tail } = groups
        const place = indices?.groups?.['all'] ?? indices?.groups?.['tail'] ?? indices?.groups?.['head']
        if (place && this.isEnds(lowerASCII(head ?? ''), lowerASCII(tail ?? '')))
          spans.push({ start: place[0], end: place[1], by: KEY })
      }
    }
  }

  private isEnds(head: string, tail: string): boolean {
    for (const secret of [...this.fixed, ...this.minted]) {
      const begins = head.length >= 2 && secret.startsWith(head)
      const ends = tail.length >= 2 && secret.endsWith(tail)
      if ((begins && ends) || (begins && head.length >= 3) || (ends && tail.length >= 3)) return true
    }
    return false
  }
}

const OF_KEY = '[\\w+/=-]'
/** `abcd****wxyz`, `abcd...`, `…wxyz`. */
const MASKED = new RegExp(
  `(?<all>(?<head>${OF_KEY}{0,40})(?:\\*{2,}|\\.{2,}|…+|•{2,}|x{4,}|X{4,}|#{3,}|_{4,}|<\\w+>|\\[\\w+\\])(?<tail>${OF_KEY}{0,40}))`,
  'dg',
)
/** `your key that ends in "wxyz"`, `starting with abcd`. */
const WORDED = new RegExp(
  `\\b(?:(?:end(?:s|ing)?|last|final)\\b[^\\n]{0,24}?["'\`(: ](?<tail>${OF_KEY}{3,12})|(?:start(?:s|ing)?|begin(?:s|ning)?|first|prefix)\\b[^\\n]{0,24}?["'\`(: ](?<head>${OF_KEY}{3,12}))(?!${OF_KEY})`,
  'dgi',
)

function secretOf(value: string | undefined): string | undefined {
  const secret = lowerASCII(value?.trim() ?? '')
  return secret.length < 4 || PLACEHOLDERS.has(secret) ? undefined : secret
}

/** So many characters of it in a row are shown by nobody who does not know it. */
function partOf({ length }: string): number {
  return length >= 16 ? PART : length >= PART ? Math.max(GRAM, Math.ceil(length * 0.6)) : length
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /[a-z0-9]/.test(character)
}
