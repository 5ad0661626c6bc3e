/** Puts the fields of an SDK that writes camelCase back to the names of the wire, by the format's own table. */
import { isObject } from '../kernel/json.js'
import type { FieldTable } from '../kernel/protocol.js'

/** What a field is on the wire. */
interface WireField {
  readonly field: string
  readonly below: FieldTable | undefined
}

/** Fields of a table by either of their names. */
type Names = ReadonlyMap<string, WireField>

const known = new WeakMap<FieldTable, Names>()

function namesOf(table: FieldTable): Names {
  let names = known.get(table)
  if (!names) {
    names = new Map(
      Object.entries(table).flatMap(([field, below]) => {
        const wire: WireField = { field, below: typeof below === 'object' ? below : undefined }
        return [
          [camelOf(field), wire],
          [field, wire],
        ]
      }),
    )
    known.set(table, names)
  }
  return names
}

function camelOf(field: string): string {
  return field.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase())
}

/**
 * `value` itself where nothing in it has another name. It is never changed: the program goes on using it.
 *
 * @param lists - Whether to go into lists, which grow with a conversation.
 */
export function toWireNames(value: unknown, table: FieldTable, lists = true): unknown {
  if (Array.isArray(value)) return lists ? listInWireNames(value, table) : value
  return isObject(value) ? objectInWireNames(value, table, lists) : value
}

function listInWireNames(list: readonly unknown[], table: FieldTable): readonly unknown[] {
  let renamed: unknown[] | undefined
  for (let i = 0; i < list.length; i += 1) {
    const next = toWireNames(list[i], table)
    if (next !== list[i]) (renamed ??= [...list])[i] = next
  }
  return renamed ?? list
}

function objectInWireNames(value: Record<string, unknown>, table: FieldTable, lists: boolean): object {
  const names = namesOf(table)
  let renamed: Record<string, unknown> | undefined
  for (const key in value) {
    const own = value[key]
    let field = key
    let next = own
    const wire = own === undefined ? undefined : names.get(key)
    // Where both names are there, that of the wire counts.
    if (wire && (wire.field === key || !(wire.field in value))) {
      field = wire.field
      if (wire.below && typeof own === 'object') next = toWireNames(own, wire.below, lists)
    }
    if (!renamed && (field !== key || next !== own)) renamed = fieldsBefore(key, value)
    // Assigned, a field of this name would become the prototype.
    if (renamed && field !== '__proto__') renamed[field] = next
  }
  return renamed ?? value
}

/** A copy of the fields in front of one. What is deleted from a whole copy would make that slow to read. */
function fieldsBefore(last: string, value: Record<string, unknown>): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const key in value) {
    if (key === last) break
    if (key !== '__proto__') fields[key] = value[key]
  }
  return fields
}
