/** Arguments of a call: JSON values in some formats, text in the hub. */
import { StreamError } from '../../kernel/errors.js'
import { isObject, parseJson } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'

/**
 * Where text that is not JSON travels
 * (https://platform.claude.com/docs/en/agents-and-tools/tool-use/fine-grained-tool-streaming).
 */
const INVALID_JSON = 'INVALID_JSON'

export function argumentsText(value: unknown): string {
  if (value === undefined) return '{}'
  if (isObject(value) && typeof value[INVALID_JSON] === 'string' && Object.keys(value).length === 1)
    return value[INVALID_JSON]
  try {
    return JSON.stringify(value)
  } catch (cause) {
    // Nested deeper than the stack: nothing an honest model writes.
    throw new StreamError('the arguments of a call cannot be written as JSON', { cause, isRetryable: false })
  }
}

/** Any JSON value. Text that is not JSON is wrapped, never dropped. */
export function argumentsValue(text: string): unknown {
  if (typeof text !== 'string' || text.trim() === '') return {}
  const value = parseJson(text)
  return value === undefined ? { [INVALID_JSON]: text } : value
}

/** As {@link argumentsValue}, for a format that takes an object only. */
export function argumentsObject(text: string): JsonObject {
  const value = argumentsValue(text)
  return isObject(value) ? value : { [INVALID_JSON]: text }
}
