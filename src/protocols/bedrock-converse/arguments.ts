/** Tool inputs are JSON values on this wire and text in the hub. */
import { StreamError } from '../../kernel/errors.js'
import { isObject, parseJson } from '../../kernel/json.js'

/** Where text that is no JSON travels, as Anthropic's models write it. */
const INVALID_JSON = 'INVALID_JSON'

export function encodeInput(text: string): unknown {
  if (text.trim() === '') return {}
  const value = parseJson(text)
  return value === undefined ? { [INVALID_JSON]: text } : value
}

export function decodeInput(input: unknown): string {
  if (input === undefined) return '{}'
  if (isObject(input) && typeof input[INVALID_JSON] === 'string' && Object.keys(input).length === 1) {
    return input[INVALID_JSON]
  }
  try {
    return JSON.stringify(input)
  } catch (cause) {
    // Nested deeper than the stack: nothing an honest model writes.
    throw new StreamError('the input of a tool use cannot be written as JSON', { cause, isRetryable: false })
  }
}
