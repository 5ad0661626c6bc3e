/** `raw` keeps what only one format has, for the codec that read it to send again. */
import { isObject } from '../../kernel/json.js'
import type { JsonObject, ProtocolId } from '../../kernel/protocol.js'

interface Raw<Value> {
  readonly protocol: ProtocolId
  readonly value: Value
}

/** The value of a raw part or a raw form, if this codec wrote it. */
export type RawReader = (raw: Raw<unknown> | undefined) => JsonObject | undefined

export function rawReader(id: ProtocolId): RawReader {
  return (raw) => (raw?.protocol === id && isObject(raw.value) ? raw.value : undefined)
}

/** `{raw}` with the rest of a wire object; empty when there is none. */
export function rawOf(
  id: ProtocolId,
  value: JsonObject | undefined,
): { raw?: { protocol: ProtocolId; value: JsonObject } } {
  return value && Object.keys(value).length > 0 ? { raw: { protocol: id, value } } : {}
}

/** Keeps the rest of a wire object in `raw`, if there is one. */
export function keepRaw(holder: { raw?: Raw<JsonObject> }, id: ProtocolId, value: JsonObject): void {
  if (Object.keys(value).length > 0) holder.raw = { protocol: id, value }
}

/** The fields of an object other than the known ones, or `undefined` when there are none. `null` counts as absent. */
export function unknownFields(object: JsonObject, known: ReadonlySet<string>): JsonObject | undefined {
  // Streams call this for every event, and most have none.
  let rest: [string, unknown][] | undefined
  for (const key of Object.keys(object)) {
    if (object[key] != null && !known.has(key)) (rest ??= []).push([key, object[key]])
  }
  return rest && Object.fromEntries(rest)
}
