/** Contents as Google's SDKs take them, as the wire has them: https://ai.google.dev/api/caching#Content */
import { isObject } from '../../src/autolog/contract.js'

export const part = (value: unknown): unknown => (typeof value === 'string' ? { text: value } : value)

/** The SDKs take a text, a part or a list of either where the wire wants contents. */
export function contentsOf(given: unknown): unknown[] {
  const list = Array.isArray(given) ? (given as unknown[]) : [given]
  if (list.every((one) => isObject(one) && 'parts' in one)) return list
  return [{ role: 'user', parts: list.map(part) }]
}
