/** Whether a request that was read and written again says what was recorded. Every allowed difference has a name. */
import { isObject, parseJson } from '../../../src/kernel/json.js'

type Allowance = (recorded: unknown, written: unknown, path: string) => boolean

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null
}

function onlyText(content: unknown): string | undefined {
  if (typeof content === 'string') return content
  if (!Array.isArray(content) || content.length !== 1) return undefined
  const [part] = content as unknown[]
  const isPlain =
    isObject(part) && /^(?:input_|output_)?text$/.test(String(part.type)) && Object.keys(part).length === 2
  return isPlain && typeof part.text === 'string' ? part.text : undefined
}

const IMPLIED_TYPES: ReadonlySet<unknown> = new Set(['function', 'message', 'custom'])

function onlyInput(input: unknown): string | undefined {
  if (typeof input === 'string') return input
  if (!Array.isArray(input) || input.length !== 1) return undefined
  const [item] = input as unknown[]
  return isObject(item) && item.role === 'user' ? onlyText(item.content) : undefined
}

export const ALLOWED = {
  /** `null` and absence mean the same in all formats. */
  nullOrAbsent: (recorded, written) => isEmpty(recorded) && isEmpty(written),
  /** A list of nothing in place of nothing. */
  emptyList: (recorded, written) =>
    (isEmpty(recorded) && Array.isArray(written) && written.length === 0) ||
    (isEmpty(written) && Array.isArray(recorded) && recorded.length === 0),
  /** Settings of nothing in place of nothing. */
  emptySettings: (recorded, written, path) =>
    /^\$\.\w+$/.test(path) && isEmpty(written) && isObject(recorded) && Object.keys(recorded).length === 0,
  /** The model was named in the URL only. */
  modelInUrl: (recorded, written, path) => path === '$.model' && recorded === undefined && typeof written === 'string',
  /** Text as a string or as the only part. */
  textOrPart: (recorded, written) => onlyText(recorded) !== undefined && onlyText(recorded) === onlyText(written),
  /** A tool, or an item of input, whose type can only be one. */
  impliedType: (recorded, written, path) =>
    path.endsWith('.type') &&
    (recorded === undefined || written === undefined) &&
    IMPLIED_TYPES.has(recorded ?? written),
  /** Input as a string, or as the only message of the user. */
  inputOrMessage: (recorded, written, path) =>
    path === '$.input' && onlyInput(recorded) !== undefined && onlyInput(recorded) === onlyInput(written),
  /** A prompt, or a list of that prompt alone. */
  onePrompt: (recorded, written, path) =>
    path === '$.prompt' && Array.isArray(recorded) && recorded.length === 1 && recorded[0] === written,
  /** JSON text with other white space or escapes. */
  jsonText: (recorded, written, path) =>
    /\.(?:arguments|schema)$/.test(path) &&
    typeof recorded === 'string' &&
    typeof written === 'string' &&
    parseJson(recorded) !== undefined &&
    same(parseJson(recorded), parseJson(written)),
  /** `false` is what `stream` is when nothing is said. */
  defaultStream: (recorded, written, path) => path === '$.stream' && (recorded ?? false) === (written ?? false),
} as const satisfies Record<string, Allowance>

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((entry, at) => same(entry, b[at]))
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]))
}

/** Paths that differ, without places in lists and without values. Empty when equivalent. */
export function differences(recorded: unknown, written: unknown, path = '$'): string[] {
  if (Object.is(recorded, written)) return []
  if (Object.values<Allowance>(ALLOWED).some((allows) => allows(recorded, written, path))) return []
  if (Array.isArray(recorded) && Array.isArray(written)) {
    if (recorded.length !== written.length) return [`${path}: ${recorded.length} entries became ${written.length}`]
    return unique(recorded.flatMap((entry, at) => differences(entry, written[at], `${path}[]`)))
  }
  if (isObject(recorded) && isObject(written)) {
    const keys = new Set([...Object.keys(recorded), ...Object.keys(written)])
    return unique([...keys].flatMap((key) => differences(recorded[key], written[key], `${path}.${key}`)))
  }
  if (written === undefined) return [`${path}: lost`]
  return [recorded === undefined ? `${path}: added` : `${path}: changed`]
}

export function unique(list: readonly string[]): string[] {
  return [...new Set(list)]
}
