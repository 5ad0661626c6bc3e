/** Rows of vendors that speak OpenAI's chat format and take their key as a bearer token. */
import type { Quirks } from '../kernel/protocol.js'
import type { ProviderRow } from '../kernel/provider.js'

export const bearer = { header: 'authorization', prefix: 'Bearer ' } as const

/** Servers of open models know the older field and role; the newer ones are refused by many of them. */
const openModelServer: Quirks = { maxTokensField: 'max_tokens', developerAsSystem: true }

type Row = Omit<ProviderRow, 'protocols' | 'auth'> & Partial<Pick<ProviderRow, 'protocols' | 'auth'>>

/**
 * A row with what most of these vendors share. `embeddings` adds OpenAI's embeddings format; a number is how
 * many inputs the vendor takes in one request. `quirks` replaces the usual ones; `{}` passes the caller's fields
 * on as they are.
 */
export function openaiCompatible({
  embeddings,
  quirks = openModelServer,
  ...row
}: Row & { readonly embeddings?: true | number }): ProviderRow {
  return {
    protocols: embeddings ? ['openai-chat', 'openai-embeddings'] : ['openai-chat'],
    auth: bearer,
    quirks: typeof embeddings === 'number' ? { ...quirks, maxInputs: { 'openai-embeddings': embeddings } } : quirks,
    ...row,
  }
}
