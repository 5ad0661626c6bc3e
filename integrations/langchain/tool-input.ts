/** What a tool is given. */
import { isObject, jsonCopy } from '../../src/autolog/contract.js'

/**
 * LangChain hands its handlers a tool's input as JSON, and fails where it has none (a bigint, a circle): which it would not
 * without ours. Such an input is given a JSON form that nobody else sees. Every other is handed on as it is.
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
