/** Marks of a prompt's cached prefix: all formats have the same two lifetimes with the same names. */
import type { CacheControl } from '../../kernel/hub.js'
import { isObject } from '../../kernel/json.js'

/** @returns `undefined` for a mark of another type, and for one that says more than the hub can. */
export function readCacheControl(mark: unknown, type: string): CacheControl | undefined {
  if (!isObject(mark) || mark['type'] !== type) return undefined
  const { ttl } = mark
  if (ttl === '5m' || ttl === '1h') return { type: 'ephemeral', ttl }
  return ttl == null ? { type: 'ephemeral' } : undefined
}
