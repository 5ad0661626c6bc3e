/** Bodies that the SDK has as bytes or as text. */
import { parseJson } from '../../src/autolog/contract.js'

/** Parses `value` as JSON; `undefined` if it is none. Does not change it. */
export function jsonOf(value: unknown): unknown {
  if (typeof value === 'string') return parseJson(value)
  if (ArrayBuffer.isView(value))
    return parseJson(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8'))
  return value instanceof ArrayBuffer ? parseJson(Buffer.from(value).toString('utf8')) : undefined
}
