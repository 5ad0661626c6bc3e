/** Bodies that the SDK takes and gives as bytes or as text. */
import { parseJson } from '../../src/autolog/contract.js'

/** What `value` says as JSON; `undefined` where it says none. It is only read: its owner goes on using it. */
export function jsonOf(value: unknown): unknown {
  if (typeof value === 'string') return parseJson(value)
  if (ArrayBuffer.isView(value))
    return parseJson(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8'))
  return value instanceof ArrayBuffer ? parseJson(Buffer.from(value).toString('utf8')) : undefined
}
