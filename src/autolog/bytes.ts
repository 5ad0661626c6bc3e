/** Bytes of an SDK's objects as the base64 that the wire has in their place. */
import { isObject } from '../kernel/json.js'

/** `value` itself where it holds no bytes. It is never changed: the program goes on using it. */
export function bytesAsText(value: unknown): unknown {
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
  if (Array.isArray(value)) {
    const list = value.map(bytesAsText)
    return list.some((entry, at) => entry !== value[at]) ? list : value
  }
  if (!isObject(value)) return value
  let changed: Record<string, unknown> | undefined
  for (const [field, own] of Object.entries(value)) {
    const next = bytesAsText(own)
    if (next !== own) (changed ??= { ...value })[field] = next
  }
  return changed ?? value
}
