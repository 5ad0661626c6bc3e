/** Turns bytes in an SDK's objects into base64, as they are on the wire. */
import { isObject } from '../../kernel/json.js'

/** Returns `value` itself if it has no bytes. Never changes it: the program uses it. */
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
