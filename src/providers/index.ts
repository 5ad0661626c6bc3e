/** Every provider this version knows, by id: the registry. The client does not read it, its rows are passed to it. */
import type { ProviderRow } from '../kernel/provider.js'
import * as rows from './rows.js'

let byId: ReadonlyMap<string, ProviderRow> | undefined

/** Loads them all, once. */
export function providersById(): ReadonlyMap<string, ProviderRow> {
  return (byId ??= new Map(Object.values<ProviderRow>(rows).map((row) => [row.id, row])))
}
