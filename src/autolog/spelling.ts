/** Puts the fields of an SDK that writes camelCase back to the names of the wire, by the format's own table. */
import { isObject } from '../kernel/json.js'
import type { FieldTable } from '../kernel/protocol.js'

const names = new Map<string, string>()

function camelOf(field: string): string {
  let name = names.get(field)
  if (name === undefined) {
    name = field.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase())
    names.set(field, name)
  }
  return name
}

/**
 * `value` itself where nothing in it has another name. It is never changed: the program goes on using it.
 *
 * @param lists - Whether to go into lists, which grow with a conversation.
 */
export function toWireNames(value: unknown, table: FieldTable, lists = true): unknown {
  if (Array.isArray(value)) return lists ? value.map((entry) => toWireNames(entry, table)) : value
  if (!isObject(value)) return value
  let renamed: Record<string, unknown> | undefined
  for (const field in table) {
    const name = field in value ? field : camelOf(field)
    const own = value[name]
    if (own === undefined) continue
    const below = table[field]
    const next = typeof below === 'object' ? toWireNames(own, below, lists) : own
    if (next === own && name === field) continue
    renamed ??= { ...value }
    if (name !== field) delete renamed[name]
    renamed[field] = next
  }
  return renamed ?? value
}
