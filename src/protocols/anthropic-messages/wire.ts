/** Small readings of this wire format that requests, answers and streams share. */
import type { CacheControl } from '../../kernel/hub.js'
import { isObject } from '../../kernel/json.js'
import type { JsonObject, ProtocolId } from '../../kernel/protocol.js'

export const ID: ProtocolId = 'anthropic-messages'

/** The value of a raw part or of a block's raw form, when this codec wrote it. */
export function ownRaw(raw: { protocol: ProtocolId; value: unknown } | undefined): JsonObject | undefined {
  return raw?.protocol === ID && isObject(raw.value) ? raw.value : undefined
}

export function asCacheControl(value: unknown): CacheControl | undefined {
  if (!isObject(value) || value['type'] !== 'ephemeral') return undefined
  const { ttl } = value
  if (ttl === '5m' || ttl === '1h') return { type: 'ephemeral', ttl }
  return ttl == null ? { type: 'ephemeral' } : undefined
}

/**
 * Whether the object holds one of the fields named, which the hub has no place for, or a `cache_control`
 * it cannot read. Such an object has to be kept whole; fields that nobody knows are not a reason to.
 */
export function holdsMore(value: JsonObject, fields: readonly string[]): boolean {
  if (fields.some((field) => value[field] != null)) return true
  return value['cache_control'] != null && !asCacheControl(value['cache_control'])
}

export function cacheFields(value: JsonObject): { cache_control?: CacheControl } {
  const cache = asCacheControl(value['cache_control'])
  return cache ? { cache_control: cache } : {}
}
