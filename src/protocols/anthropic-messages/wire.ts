/** Small decoders that requests, answers and streams of this format share. */
import type { CacheControl } from '../../kernel/hub.js'
import type { JsonObject, ProtocolId } from '../../kernel/protocol.js'
import { readCacheControl } from '../shared/cache-control.js'
import { rawReader } from '../shared/raw.js'

export const ID: ProtocolId = 'anthropic-messages'

export const ownRaw = rawReader(ID)

export function asCacheControl(value: unknown): CacheControl | undefined {
  return readCacheControl(value, 'ephemeral')
}

/**
 * Whether the object holds one of the fields named, which the hub has no place for, or a `cache_control`
 * it cannot read. Such an object has to be kept whole; fields that nobody knows are not a reason to.
 */
export function hasNativeFields(value: JsonObject, fields: readonly string[]): boolean {
  if (fields.some((field) => value[field] != null)) return true
  return value['cache_control'] != null && !asCacheControl(value['cache_control'])
}

export function cacheFields(value: JsonObject): { cache_control?: CacheControl } {
  const cache = asCacheControl(value['cache_control'])
  return cache ? { cache_control: cache } : {}
}
