/** Converts the contents that Google's SDKs accept to those of the wire: https://ai.google.dev/api/caching#Content */
import { isObject } from '../../src/autolog/contract.js'

export const part = (value: unknown): unknown => (typeof value === 'string' ? { text: value } : value)

/** The SDKs accept a text, a part, or a list of these. */
export function contentsOf(given: unknown): unknown[] {
  const list = Array.isArray(given) ? (given as unknown[]) : [given]
  if (list.every((one) => isObject(one) && 'parts' in one)) return list
  return [{ role: 'user', parts: list.map(part) }]
}
