/**
 * Bounds what is recorded of content. Backends drop spans past a size, and an attribute that the SDK cuts
 * is no JSON any more; so content is cut here, where it still has a structure.
 */
import type { TelemetryPart } from './settings.js'

/** Characters of one attribute. */
const DEFAULT_LIMIT = 128 * 1024

/** Characters of base64 in one part, past which the data is left out: a piece of an image is of no use. */
const BLOB_LIMIT = 32 * 1024

/** Limits of the SDK (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#attribute-limits). */
const LIMIT_VARIABLES = ['OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT']

/** The most characters that one attribute of content may have: 128 Ki, or the SDK's own limit where that is lower. */
export function contentLimit(): number {
  const limits = LIMIT_VARIABLES.map((name) => Number.parseInt(process.env[name] ?? '', 10)).filter(
    (limit) => limit >= 0,
  )
  return Math.min(DEFAULT_LIMIT, ...limits)
}

/** `part` without data that is too large to be worth recording; `omitted_bytes` then says how much it was. */
export function boundedPart(part: TelemetryPart): TelemetryPart {
  const { content } = part
  if (part.type !== 'blob' || typeof content !== 'string' || content.length <= BLOB_LIMIT) return part
  return { ...part, content: '', omitted_bytes: Math.floor((content.length * 3) / 4) }
}

/**
 * `value` as JSON of at most `limit` characters: whole when it fits; else with its long strings cut; else,
 * for a list, with only its newest items; else as the beginning of its text. Always valid JSON.
 * `undefined` when it has no JSON form, or none that fits.
 */
export function boundedJson(value: unknown, limit = contentLimit()): string | undefined {
  const whole = plainJson(value) ?? toJson(value)
  if (whole === undefined || whole.length <= limit) return whole
  let cut = whole
  for (let room = limit / 2; room >= 64; room /= 8) {
    cut = toJson(value, Math.floor(room)) ?? whole
    if (cut.length <= limit) return cut
  }
  return Array.isArray(value) && value.length > 1 ? newest(cut, limit) : beginning(cut, limit)
}

/** `text` of at most `limit` characters, with a word about what is missing. */
export function boundedText(text: string, limit = contentLimit()): string {
  if (text.length <= limit) return text
  const note = missing(text.length - limit)
  return limit > note.length ? text.slice(0, limit - note.length) + note : text.slice(0, limit)
}

const missing = (count: number): string => `… [${count} more characters]`

function plainJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    // a number without JSON form or a circle, which the slower way writes down
    return undefined
  }
}

function toJson(value: unknown, room = Infinity): string | undefined {
  const above: unknown[] = []
  return JSON.stringify(value, function (this: unknown, _key, item: unknown) {
    if (typeof item === 'string') return item.length > room ? item.slice(0, room) + missing(item.length - room) : item
    if (typeof item === 'bigint') return item.toString()
    if (typeof item !== 'object' || item === null) return item
    // `this` holds the item: what lies above it ends there.
    while (above.length > 0 && above.at(-1) !== this) above.pop()
    if (above.includes(item)) return '[circular]'
    above.push(item)
    return item
  })
}

/** The last items of the list in `json` that fit, so that the end of a conversation stays. */
function newest(json: string, limit: number): string | undefined {
  const items = (JSON.parse(json) as unknown[]).map((item) => JSON.stringify(item))
  let room = limit - 2
  let first = items.length
  while (first > 0 && room >= (items[first - 1]?.length ?? 0) + 1) {
    first -= 1
    room -= (items[first]?.length ?? 0) + 1
  }
  return first < items.length ? `[${items.slice(first).join(',')}]` : undefined
}

function beginning(json: string, limit: number): string | undefined {
  // Quotes and backslashes of the text take a second character each.
  for (let room = limit - 2; room > 0; room = Math.floor(room / 2)) {
    const text = JSON.stringify(boundedText(json, room))
    if (text.length <= limit) return text
  }
  return undefined
}
