/** Rows of vendors that speak OpenAI's chat format and take their key as a bearer token. */
import type { Quirks } from '../kernel/protocol.js'
import type { ProviderRow } from '../kernel/provider.js'

export const bearer = { header: 'authorization', prefix: 'Bearer ' } as const

/** Servers of open models know the older field and role; the newer ones are refused by many of them. */
const openModelServer: Quirks = { maxTokensField: 'max_tokens', developerAsSystem: true }

type Row = Omit<ProviderRow, 'protocols' | 'auth'> & Partial<Pick<ProviderRow, 'protocols' | 'auth'>>

/**
 * A row with what most of these vendors share. `embeddings` adds OpenAI's embeddings format. `quirks`
 * replaces the usual ones; `{}` passes the caller's fields on as they are.
 */
export function openaiCompatible({ embeddings, ...row }: Row & { readonly embeddings?: true }): ProviderRow {
  return {
    protocols: embeddings ? ['openai-chat', 'openai-embeddings'] : ['openai-chat'],
    auth: bearer,
    quirks: openModelServer,
    ...row,
  }
}
