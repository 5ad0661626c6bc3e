/** Every provider this version knows, by id: the registry. The client does not read it, its rows are handed in. */
import type { ProviderRow } from '../kernel/provider.js'
import * as rows from './rows.js'

export const providers: ReadonlyMap<string, ProviderRow> = new Map(
  Object.values<ProviderRow>(rows).map((row) => [row.id, row]),
)
