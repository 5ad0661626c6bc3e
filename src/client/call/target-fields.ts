/** What a target's request has beside the call's own body. Sending and estimating read it here. */
import type { Target } from '../../router/target.js'
import type { CallOptions } from '../types/options.js'

type Fields = Readonly<Record<string, unknown>>

/** Fields of the body that differ at a target: its own, and those of the fallback that leads to it. */
export function paramsAt({ params: own }: Target, params: Fields | undefined): Fields | undefined {
  return own || params ? { ...own, ...params } : undefined
}

/** Fields of the account and of the call that a target's body gets as they are. */
export function extraBodyAt(
  { provider }: Target,
  { extra_body: all, provider_options: byProvider }: CallOptions,
): Record<string, unknown> | undefined {
  const own = byProvider?.[provider.id]
  return provider.body || all || own ? { ...provider.body, ...all, ...own } : undefined
}
