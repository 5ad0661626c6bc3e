/** Hides what a provider's words repeat of the request: prompts and arguments of tools, unless content is captured. */
import { lowerASCII, commonSpan, type MarkedSpan } from './marks.js'
import { bareOf, lettersAndDigits, decodedText } from './readings.js'

/** What stands for a part of the request. */
const MARK = '[request]'
/** Characters of the pieces by which repetitions are found. */
const GRAM = 8
/** So many characters in a row are no accident, in a short text and in a long one. */
const PART = 12
const LONG_PART = 20
const LONG = 2_000
/** The shortest text that is hidden where it stands as a whole. */
const WHOLE = 6
/** Values and characters of a request that are looked at. */
const VALUES = 100_000
const CHARACTERS = 16 * 1024 * 1024
/** Characters of it that are also looked for with other things between them, or encoded. */
const BARE_CHARACTERS = 256 * 1024
const DEPTH = 64

/** Fields whose values name a thing of the API: a message is of no use without them. */
const NAMES: ReadonlySet<string> = new Set(
  'model,name,id,tool_call_id,call_id,detail,format,mime_type,media_type,reasoning_effort,service_tier,tool_choice,title'.split(
    ',',
  ),
)
/** Fields that hold what was said, of which a short text is hidden too. */
const SAID: ReadonlySet<string> = new Set(
  'content,text,input,prompt,arguments,query,documents,instructions,system,output,thinking,reasoning_content'.split(
    ',',
  ),
)
/** Fields whose values are one of a few words, unless somebody puts something else there. */
const WORDS: ReadonlySet<string> = new Set(['role', 'type', 'required', 'enum'])
/** Fields whose keys are names that the program gave: of the arguments of its tools. */
const KEYED: ReadonlySet<string> = new Set(['properties', 'patternProperties', '$defs', 'definitions'])

interface RequestTexts {
  /** In lower case. */
  readonly texts: string[]
  readonly keys: string[]
  /** Letters and digits of the texts. */
  readonly bare: string[]
  values: number
  characters: number
}

/** What is repeated of a request. */
export class Echoes {
  private readonly request: unknown
  private readonly known: readonly string[]
  private told: RequestTexts | undefined

  /** @param known - Names that stay as they are, such as the model's, though a prompt may hold them. */
  constructor(request: unknown, known: readonly string[]) {
    this.request = request
    this.known = known.flatMap((name) => [lowerASCII(name), bareOf(name)])
  }

  /** The places where the text repeats the request. */
  find(text: string): MarkedSpan[] {
    const { texts, keys, bare } = (this.told ??= textsOf(this.request))
    const index = new TextIndex(lowerASCII(text))
    const spans = texts.flatMap((one) => this.found(index, one))
    for (const reading of [lettersAndDigits(text), decodedText(text)]) {
      const readIndex = new TextIndex(reading.text)
      for (const one of bare)
        for (const { start, end, by } of this.found(readIndex, one)) spans.push({ ...reading.place(start, end), by })
    }
    // The name of an argument says what is wrong with it. Who repeats the whole request is not answered so.
    if (spans.length > 0) spans.push(...keys.flatMap((one) => this.found(index, one)))
    return spans
  }

  private found(index: TextIndex, one: string): MarkedSpan[] {
    const least = one.length > LONG ? LONG_PART : PART
    const spans = one.length < PART ? index.wholes(one) : index.parts(one, least)
    return spans
      .filter(({ start, end }) => !this.known.some((name) => name.includes(index.text.slice(start, end).trim())))
      .map((span) => ({ ...span, by: MARK }))
  }
}

type Place = Omit<MarkedSpan, 'by'>

class TextIndex {
  readonly text: string
  private readonly grams = new Map<string, number[]>()

  constructor(text: string) {
    this.text = text
    for (let at = 0; at + GRAM <= text.length; at += 1) {
      const gram = text.slice(at, at + GRAM)
      const places = this.grams.get(gram)
      if (!places) this.grams.set(gram, [at])
      else if (places.length < 16) places.push(at)
    }
  }

  /** Where `least` or more characters of `other` are in a row. */
  parts(other: string, least: number): Place[] {
    const places: Place[] = []
    // A part of that length holds a whole piece at one of these steps.
    const step = least - GRAM + 1
    for (let there = 0; there + GRAM <= other.length; there += step) {
      for (const at of this.grams.get(other.slice(there, there + GRAM)) ?? []) {
        const place = commonSpan(this.text, at, other, there)
        if (place.end - place.start >= least) places.push(place)
      }
    }
    return places
  }

  wholes(other: string): Place[] {
    const places: Place[] = []
    for (let at = this.text.indexOf(other); at !== -1; at = this.text.indexOf(other, at + 1)) {
      const end = at + other.length
      if (!isWord(this.text[at - 1]) && !isWord(this.text[end])) places.push({ start: at, end })
    }
    return places
  }
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}]/u.test(character)
}

function textsOf(request: unknown): RequestTexts {
  const all: RequestTexts = { texts: [], keys: [], bare: [], values: 0, characters: 0 }
  try {
    collect(request, '', all, 0)
  } catch {
    // A request that cannot be read to its end was not sent: what was read of it is enough.
  }
  return all
}

function collect(value: unknown, field: string, all: RequestTexts, depth: number): void {
  all.values += 1
  if (all.values > VALUES || all.characters >= CHARACTERS || depth > DEPTH) return
  if (typeof value === 'string') addText(value, field, all)
  else if (Array.isArray(value)) for (const entry of value) collect(entry, field, all, depth + 1)
  else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    for (const [key, inner] of Object.entries(value)) {
      if (KEYED.has(field) && key.length >= PART) all.keys.push(lowerASCII(key))
      collect(inner, KEYED.has(field) ? '' : key, all, depth + 1)
    }
  }
}

function addText(value: string, field: string, all: RequestTexts): void {
  if (NAMES.has(field) || (WORDS.has(field) && /^\w{1,40}$/.test(value))) return
  const text = lowerASCII(value)
  const trimmed = text.trim()
  if (trimmed.length < (SAID.has(field) ? WHOLE : PART)) return
  if (trimmed.length >= PART && all.characters + text.length <= BARE_CHARACTERS) {
    const bare = bareOf(text)
    if (bare.length >= PART) all.bare.push(bare)
  }
  all.characters += text.length
  all.texts.push(trimmed.length < PART ? trimmed : text)
  // As it stands within JSON.
  if (text.length <= LONG && /["\\\n\r\t]/.test(text)) all.texts.push(JSON.stringify(text).slice(1, -1))
}
