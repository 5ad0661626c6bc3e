/** Renames the camelCase fields of an SDK to those of the wire, by the format's own table. */
import { isObject } from '../../kernel/json.js'
import type { FieldTable } from '../../kernel/protocol.js'

/** A field as it is on the wire. */
interface WireField {
  readonly field: string
  readonly below: FieldTable | undefined
}

/** The fields of a table by both of their names. */
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
 * Returns `value` itself if no field has another name. Never changes it: the program uses it.
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
    // If both names are there, that of the wire counts.
    if (wire && (wire.field === key || !(wire.field in value))) {
      field = wire.field
      if (wire.below && typeof own === 'object') next = toWireNames(own, wire.below, lists)
    }
    if (!renamed && (field !== key || next !== own)) renamed = fieldsBefore(key, value)
    // Assigning this field would set the prototype.
    if (renamed && field !== '__proto__') renamed[field] = next
  }
  return renamed ?? value
}

/** A copy of the fields before one. Deleting fields from a whole copy would make it slow to read. */
function fieldsBefore(last: string, value: Record<string, unknown>): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const key in value) {
    if (key === last) break
    if (key !== '__proto__') fields[key] = value[key]
  }
  return fields
}
