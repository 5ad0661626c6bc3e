/** Small readings of this wire format that requests, answers and streams share. */
import { isObject } from '../../kernel/json.js'
import type { JsonObject, ProtocolId } from '../../kernel/protocol.js'

export const ID: ProtocolId = 'ollama-chat'

/** The value of a raw part or of a block's raw form, when this codec wrote it. */
export function ownRaw(raw: { protocol: ProtocolId; value: unknown } | undefined): JsonObject | undefined {
  return raw?.protocol === ID && isObject(raw.value) ? raw.value : undefined
}

/** The fields of an object beyond those named, or `undefined` when there are none. `null` says nothing. */
export function restOf(object: JsonObject, known: ReadonlySet<string>): JsonObject | undefined {
  const rest = Object.entries(object).filter(([key, value]) => value != null && !known.has(key))
  return rest.length > 0 ? Object.fromEntries(rest) : undefined
}
