/** The catalogue: every provider this version knows, by id. */
import type { ProviderRow } from '../kernel/provider.js'
import * as rows from './rows.js'

// The makers of a format come first: a provider of the caller's own takes its key as the first of its format does.
const ordered: readonly ProviderRow[] = [rows.openai, rows.anthropic, ...Object.values(rows)]

export const providers: ReadonlyMap<string, ProviderRow> = new Map(ordered.map((row) => [row.id, row]))
