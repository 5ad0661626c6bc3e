/** What a call may come to, and whom it is for: what limits and budgets ask before it is sent. */
import { costOf } from '../../cost/price.js'
import { EXPECTED_OUTPUT } from '../../kernel/estimate.js'
import { isObject } from '../../kernel/json.js'
import type { RoutedCall } from '../../router/strategy.js'
import type { Target } from '../../router/target.js'
import { warnOnce } from '../../telemetry/warn.js'
import type { CallRequest, ClientContext } from '../call.js'
import type { CallMetadata } from '../types.js'
import type { Estimate } from './budgets.js'
import type { Used } from './pass.js'
import type { ScopeFacts } from './scope.js'

/** No call is asked for as much, and sums of it stay exact. */
const MOST = 2 ** 50

export interface Demanded {
  readonly client: ClientContext
  readonly routed: RoutedCall
  readonly request: CallRequest['request']
  readonly options: CallRequest['options']
  /** The alias that the call names, if it does. */
  readonly alias: string | undefined
}

export class Demand {
  private readonly call: Demanded

  constructor(call: Demanded) {
    this.call = call
  }

  /** Input, and the output that it asks room for or is expected to need. */
  get tokens(): number {
    return this.call.routed.inputTokens + this.output
  }

  private get output(): number {
    const { request, routed } = this.call
    const chat = request && 'chat' in request ? request.chat : undefined
    if (!chat) return 0
    return Math.min(MOST, (positive(routed.outputTokens) ?? EXPECTED_OUTPUT) * (positive(chat.n) ?? 1))
  }

  /** At one target. */
  estimate(target: Target): Estimate {
    const { output } = this
    // Images, speech and the like are not priced by what can be known before.
    return this.pricedAt(target, output, { priced: this.call.request !== undefined })
  }

  /** What a request came to at a target that has read it, and gave no answer. */
  inputAt(target: Target): Used {
    return this.pricedAt(target, 0, {})
  }

  private pricedAt<T extends object>(target: Target, output: number, more: T): Pick<Estimate, 'tokens' | 'usd'> & T {
    let priced: { readonly usd: number | undefined } | undefined
    const price = (): number | undefined => (priced ??= { usd: this.price(target, output) }).usd
    return {
      ...more,
      tokens: this.call.routed.inputTokens + output,
      // The price table takes a while to load.
      get usd() {
        return price()
      },
    }
  }

  private price({ provider, model }: Target, output: number): number | undefined {
    const { client, routed } = this.call
    const { inputTokens: prompt } = routed
    const usage = { prompt_tokens: prompt, completion_tokens: output, total_tokens: prompt + output }
    const { usd } = costOf({ provider: provider.id, model, usage, at: client.clock.date() }, client.prices)
    return usd ?? undefined
  }

  /** Limits and budgets of a user would not hold, and nobody would notice. */
  private warnOfBody(): void {
    const { request } = this.call
    const body = request && 'chat' in request ? request.chat.metadata : undefined
    if (!isObject(body) || !OF_SCOPES.some((name) => name in body)) return
    warnOnce(
      "`metadata` in the body is the provider's own field; limits and budgets read `metadata` of the second argument",
    )
  }

  /** @param target - The one that an attempt goes to. */
  scopeFacts(target?: Target): ScopeFacts {
    const { options, alias } = this.call
    if (!options.metadata) this.warnOfBody()
    const { client, user, key, tags } = options.metadata ?? {}
    return {
      client,
      alias,
      provider: target?.provider.id,
      model: target && `${target.provider.id}/${target.model}`,
      user,
      key,
      tags: tags ?? [],
    }
  }
}

const OF_SCOPES = ['client', 'user', 'key', 'tags'] as const satisfies readonly (keyof CallMetadata)[]

/** What is none is the provider's to refuse. */
function positive(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 ? Math.max(1, value) : undefined
}
