/** Small decoders that requests, answers and streams of this format share. */
import type { CacheControl } from '../../kernel/hub.js'
import type { JsonObject, ProtocolId } from '../../kernel/protocol.js'
import { readCacheControl } from '../shared/cache-control.js'
import { rawReader } from '../shared/raw.js'

export const ID: ProtocolId = 'bedrock-converse'

export const ownRaw = rawReader(ID)

/**
 * A union member, such as `{text: …}`: the only field that is said. Fields that nobody knows may stand
 * beside it, so the first that this version knows is taken.
 */
export function memberOf<Name extends string>(union: JsonObject, names: readonly Name[]): Name | undefined {
  return names.find((name) => union[name] != null)
}

/** Whether the object says one of the fields named, which the hub has no place for. */
export function hasNativeFields(value: JsonObject, fields: readonly string[]): boolean {
  return fields.some((field) => value[field] != null)
}

/** A cache point is behind what it covers; in the hub the covered part itself says so. */
export function cachePointOf(cache: CacheControl | undefined): JsonObject[] {
  if (!cache) return []
  return [{ cachePoint: { type: 'default', ...(cache.ttl !== undefined && { ttl: cache.ttl }) } }]
}

/** @returns `undefined` for a point with more than the hub can say. */
export function asCacheControl(point: unknown): CacheControl | undefined {
  return readCacheControl(point, 'default')
}

/** Characters of a tool's id: those the API takes, and those its Claude models take. */
const NOT_IN_ID = /[^a-zA-Z0-9_.:-]/gu
const NOT_IN_CLAUDE_ID = /[^a-zA-Z0-9_-]/gu

export type ToolIds = 'api' | 'claude'

/** Other providers' ids may hold anything; the same id is always written the same way. */
export function encodeToolId(id: string, ids: ToolIds): string {
  const escaped = id.replace(
    ids === 'claude' ? NOT_IN_CLAUDE_ID : NOT_IN_ID,
    (character) => `_${character.codePointAt(0)?.toString(16) ?? ''}`,
  )
  return escaped || '_'
}
