/** What a target's request has beside the call's own body, for both sending and estimating. */
import type { EncodeContext } from '../../kernel/protocol.js'
import type { Target } from '../../router/target.js'
import type { ClientContext } from '../context.js'
import type { CallOptions } from '../types/options.js'

type Fields = Readonly<Record<string, unknown>>

/** Fields of the body that are set or changed for a target: its own, and those of the fallback that leads to it. */
export function paramsAt({ params: own }: Target, params: Fields | undefined): Fields | undefined {
  return own || params ? { ...own, ...params } : undefined
}

/** `extra_body` of the account and the call, for a target. */
export function extraBodyAt(
  { provider }: Target,
  { extra_body: all, provider_options: byProvider }: CallOptions,
): Record<string, unknown> | undefined {
  const own = byProvider?.[provider.id]
  return provider.body || all || own ? { ...provider.body, ...all, ...own } : undefined
}

/** What the codec of a target is told. */
export function encodeContextAt(
  { provider, model, base, dropUnsupported: own }: Target,
  call: {
    readonly client: ClientContext
    readonly options: CallOptions
    readonly warn: (message: string) => void
  },
): EncodeContext {
  const { client, options } = call
  return {
    provider: provider.id,
    model,
    base,
    quirks: provider.quirks,
    dropUnsupported: options.dropUnsupported ?? own ?? provider.dropUnsupported ?? client.plan.dropUnsupported,
    warn: (message) => call.warn(message),
  }
}
