/** The input of a tool. */
import { isObject, jsonCopy } from '../../src/autolog/contract.js'

/**
 * LangChain passes a tool's input to handlers as JSON, and throws if it has no JSON form (a bigint, a circle), which would not happen
 * without our handler. Such an input gets a JSON form here, which only handlers see. Any other input is returned as it is.
 */
export function withJson(input: unknown): unknown {
  if (!isObject(input) || hasJson(input)) return input
  const given = withForm(input)
  return isObject(input['args']) ? Object.assign(given, { args: withForm(input['args']) }) : given
}

function hasJson(value: unknown): boolean {
  try {
    JSON.stringify(value)
    return true
  } catch {
    return false
  }
}

function withForm(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.defineProperty({ ...value }, 'toJSON', { value: () => jsonCopy(value) })
}
