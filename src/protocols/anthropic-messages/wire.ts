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
 * Whether every field but the named ones is absent or null, and a `cache_control` is one the hub knows.
 * Otherwise the object has to be kept whole.
 */
export function hasOnly(value: JsonObject, known: ReadonlySet<string>): boolean {
  for (const key of Object.keys(value)) {
    const field = value[key]
    if (field == null) continue
    if (!known.has(key)) return false
    if (key === 'cache_control' && !asCacheControl(field)) return false
  }
  return true
}

export function cacheFields(value: JsonObject): { cache_control?: CacheControl } {
  const cache = asCacheControl(value['cache_control'])
  return cache ? { cache_control: cache } : {}
}
