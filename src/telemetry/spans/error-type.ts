/** What a span says of an error: a name of few values (`error.type`) and an HTTP status. Never its message. */
import { guard } from '../../kernel/guard.js'
import { isObject } from '../../kernel/json.js'
import * as semconv from '../semconv.js'

const IDENTIFIER = /^[A-Za-z][\w.-]{0,63}$/
/** `AADSTS700016` has six digits, `HTTP2_ERROR_409` two numbers. Ids, hashes, times and keys have more. */
const MOST_DIGITS = 6
const MOST_NUMBERS = 2
/** Letters of a word. Hashes and keys without digits have longer ones. */
const MOST_LETTERS = 24
const WORD = /[A-Z]?[a-z]+|[A-Z]+/g
const KEY = /^[spr]k-/i
const NUMBER = /^-?\d{1,6}$/

/**
 * Whether a text is the name of a kind of error, and no id, key, or words of a user. `error.type` must have few values
 * (https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/), and whoever throws may have written anything.
 */
function isErrorName(text: unknown): text is string {
  if (typeof text !== 'string' || !IDENTIFIER.test(text) || KEY.test(text)) return false
  const numbers = text.match(/\d+/g) ?? []
  const digits = numbers.join('').length
  if (digits > MOST_DIGITS || numbers.length > MOST_NUMBERS) return false
  return (text.match(WORD) ?? []).every(({ length }) => length <= MOST_LETTERS)
}

/** A type that an integration has found: a name, a number such as a code of JSON-RPC, or else `_OTHER`. */
export function boundedErrorType(type: string): string {
  return type === semconv.ERROR_TYPE_OTHER || isErrorName(type) || NUMBER.test(type) ? type : semconv.ERROR_TYPE_OTHER
}

/** The provider's code, else its error type, else the class of the exception, else the HTTP status, else `_OTHER`. */
export function errorTypeOf(error: unknown): string {
  return guard('error', () => readErrorType(error)) ?? semconv.ERROR_TYPE_OTHER
}

function readErrorType(error: unknown): string {
  if (typeof error !== 'object' || error === null) return semconv.ERROR_TYPE_OTHER
  // Some generated clients throw the answer itself, whose `type` is about something else.
  if (typeof Response === 'function' && error instanceof Response) return String(error.status)
  const { code, type, name, constructor, error: body, $metadata: metadata } = error as Record<string, unknown>
  // Some SDKs keep the provider's body on the error: `{ error: { type } }`, once or twice deep.
  const outer = isObject(body) ? body : {}
  const inner = isObject(outer['error']) ? outer['error'] : outer
  const className = (constructor as { name?: unknown } | undefined)?.name
  // All web APIs throw `DOMException`; its name says what happened. The AWS SDK has a class for each error that it knows and
  // one for all others; the name tells those apart.
  const plain = className === 'Error' || className === 'DOMException' || className === 'Object' || isObject(metadata)
  const status = statusOf(error)
  // A status says more than that it is an error.
  const told = name === 'Error' && status !== undefined ? undefined : name
  const candidates = [code, type, inner['code'], inner['type'], plain ? undefined : className, told]
  return candidates.find(isErrorName) ?? (status === undefined ? semconv.ERROR_TYPE_OTHER : String(status))
}

/** The HTTP status of the answer behind an error, from where SDKs keep it. */
export function statusOf(error: unknown): number | undefined {
  return guard('error', () => {
    if (!isObject(error)) return undefined
    const metadata = error['$metadata']
    const known = [
      error['status'],
      error['statusCode'],
      error['status_code'],
      isObject(metadata) ? metadata['httpStatusCode'] : undefined,
    ]
    return known.find(isStatus)
  })
}

/** Three digits. */
const isStatus = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 100 && (value as number) <= 999
