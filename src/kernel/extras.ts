/** Unknown fields of a stream's chunks: they are kept from the pieces to the whole answer. */
import { isObject } from './json.js'
import type { JsonObject } from './protocol.js'

function merged(known: unknown, value: unknown): unknown {
  if (Array.isArray(known) && Array.isArray(value)) return joined(known as unknown[], value as unknown[])
  return isObject(known) && isObject(value) ? { ...known, ...value } : value
}

/** Entries with a number are pieces of the entry with that number, as in `reasoning_details` and `executed_tools`. */
function joined(known: readonly unknown[], pieces: readonly unknown[]): unknown[] {
  const list = [...known]
  for (const piece of pieces) {
    const at = isObject(piece) ? list.findLastIndex((entry) => isObject(entry) && isSame(entry, piece)) : -1
    if (at === -1) list.push(piece)
    else list[at] = withPiece(list[at] as JsonObject, piece as JsonObject)
  }
  return list
}

function isSame(entry: JsonObject, piece: JsonObject): boolean {
  return typeof piece.index === 'number' && entry.index === piece.index && entry.type === piece.type
}

/** Fields of an entry of `reasoning_details` that come in pieces. */
const JOINED = ['text', 'summary'] as const

function withPiece(entry: JsonObject, piece: JsonObject): JsonObject {
  const whole = { ...entry, ...piece }
  for (const key of JOINED) {
    const [start, next] = [entry[key], piece[key]]
    if (typeof start === 'string') whole[key] = typeof next === 'string' ? start + next : start
  }
  // A signature comes once; servers write `null` in the pieces without it.
  for (const key in piece) if (piece[key] === null && entry[key] !== undefined) whole[key] = entry[key]
  return whole
}

/**
 * Lays the fields of `source` that are not in `named` on `extras`. Lists go on, objects take new fields, and of anything
 * else the last one counts; `null` says nothing. Returns `extras`, made when the first field comes.
 */
export function addExtras(
  extras: JsonObject | undefined,
  source: object,
  named: ReadonlySet<string>,
): JsonObject | undefined {
  let target = extras
  for (const key in source) {
    if (named.has(key)) continue
    const value = (source as JsonObject)[key]
    if (value === null || value === undefined) continue
    target ??= {}
    target[key] = merged(target[key], value)
  }
  return target
}
