/**
 * Limits recorded content. Backends drop spans above a size, and an attribute that the SDK cuts is no longer JSON. So content is
 * cut here, while it still has a structure.
 */
import { isObject } from '../../kernel/json.js'
import { headOf, wellFormed } from '../../kernel/plain-text.js'
import type { TelemetryPart } from '../settings.js'
import { environment } from '../../kernel/platform.js'

/** Characters of one attribute. */
const DEFAULT_LIMIT = 128 * 1024

/** The most characters of base64 in one part. Longer data is left out, since a piece of an image is useless. */
const BLOB_LIMIT = 32 * 1024

/** Limits of the SDK (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#attribute-limits). */
const LIMIT_VARIABLES = ['OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT']

/** The most characters that one attribute of content may have: 128 Ki, or the SDK's own limit if that is lower. */
export function contentLimit(): number {
  const limits = LIMIT_VARIABLES.map((name) => Number.parseInt(environment()[name] ?? '', 10)).filter(
    (limit) => limit >= 0,
  )
  return Math.min(DEFAULT_LIMIT, ...limits)
}

/** `part` without data that is too large to record. `omitted_bytes` then says how much it was. */
export function boundedPart(part: TelemetryPart): TelemetryPart {
  const { content } = part
  if (part.type !== 'blob' || typeof content !== 'string' || content.length <= BLOB_LIMIT) return part
  return { ...part, content: '', omitted_bytes: Math.floor((content.length * 3) / 4) }
}

/**
 * `value` as JSON of at most `limit` characters: whole when it fits; else with its long strings cut; else,
 * for a list, with only the items that fit; else as the beginning of its text. Always valid JSON.
 * `undefined` when it has no JSON form, or none that fits.
 *
 * @param keeps - Which items of a list are kept: the last ones of a conversation, the first ones of what was found, best first.
 */
export function boundedJson(
  value: unknown,
  limit = contentLimit(),
  keeps: 'first' | 'last' = 'last',
): string | undefined {
  const plain = plainJson(value)
  if (plain !== undefined && plain.length <= Math.min(limit, BLOB_LIMIT)) return plain
  const whole = toJson(value)
  if (whole === undefined || whole.length <= limit) return whole
  let cut = whole
  for (let room = limit / 2; room >= 64; room /= 8) {
    cut = toJson(value, Math.floor(room)) ?? whole
    if (cut.length <= limit) return cut
  }
  return Array.isArray(value) && value.length > 1 ? fitting(cut, limit, keeps) : beginning(cut, limit)
}

/** `text` with at most `limit` characters, and a note about what is missing. */
export function boundedText(given: string, limit = contentLimit()): string {
  const text = withoutData(given)
  if (text.length <= limit) return wellFormed(text)
  const note = missing(text.length - limit)
  return wellFormed(limit > note.length ? headOf(text, limit - note.length) + note : headOf(text, limit))
}

const missing = (count: number): string => `… [${count} more characters]`

/** A lone surrogate in JSON, unless the text itself has a backslash there. */
const LONE_SURROGATE = /\\u[dD][89a-fA-F]/

function plainJson(value: unknown): string | undefined {
  try {
    const json = JSON.stringify(value) as string | undefined
    return json !== undefined && LONE_SURROGATE.test(json) ? undefined : json
  } catch {
    // A BigInt or a circle. The slower way handles both.
    return undefined
  }
}

/** A copy of `value` that is plain JSON, as it is recorded. Applies `toJSON`. */
export function jsonCopy(value: unknown): unknown {
  const json = toJson(value)
  return json === undefined ? undefined : (JSON.parse(json) as unknown)
}

function toJson(value: unknown, room = Infinity): string | undefined {
  const above: unknown[] = []
  return JSON.stringify(value, function (this: unknown, key, item: unknown) {
    const held = isObject(this) ? this[key] : undefined
    if (ArrayBuffer.isView(held)) return `[${held.byteLength} bytes]`
    if (typeof item === 'string') return boundedItem(item, room)
    if (typeof item === 'bigint') return item.toString()
    if (typeof item !== 'object' || item === null) return item
    // `this` holds the item, so it is the last of the objects above.
    while (above.length > 0 && above.at(-1) !== this) above.pop()
    if (above.includes(item)) return '[circular]'
    above.push(item)
    return item
  })
}

function boundedItem(given: string, room: number): string {
  const text = withoutData(given)
  return wellFormed(text.length > room ? headOf(text, room) + missing(text.length - room) : text)
}

/** Removes base64 that is too large to record: the whole text, or parts of it, such as in the JSON that a tool returned. */
function withoutData(text: string): string {
  if (text.length <= BLOB_LIMIT) return text
  return isBase64(text)
    ? leftOut(text)
    : text.replace(RUN, (run) => (run.length > BLOB_LIMIT && isBase64(run) ? leftOut(run) : run))
}

const RUN = /[\w+/-]+={0,2}/g

const leftOut = ({ length }: string): string => `[${Math.floor((length * 3) / 4)} bytes of base64 left out]`

/** How many characters are read to decide whether text is base64. */
const BASE64_SAMPLE = 1_024
const BASE64 = /^(?:data:[^,]{0,200};base64,)?(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[\w+/-]+$/

function isBase64(text: string): boolean {
  return BASE64.test(text.slice(0, BASE64_SAMPLE))
}

/** The items of the list in `json` that fit, counted from one end. */
function fitting(json: string, limit: number, keeps: 'first' | 'last'): string | undefined {
  const items = (JSON.parse(json) as unknown[]).map((item) => JSON.stringify(item))
  if (keeps === 'last') items.reverse()
  let room = limit - 2
  const tooMany = items.findIndex(({ length }) => (room -= length + 1) < 0)
  const kept = tooMany === -1 ? items : items.slice(0, tooMany)
  if (keeps === 'last') kept.reverse()
  return kept.length > 0 ? `[${kept.join(',')}]` : undefined
}

function beginning(json: string, limit: number): string | undefined {
  // Quotes and backslashes take two characters each in JSON.
  for (let room = limit - 2; room > 0; room = Math.floor(room / 2)) {
    const text = JSON.stringify(boundedText(json, room))
    if (text.length <= limit) return text
  }
  return undefined
}
