/** The estimate of a call, and whom it is for: what limits and budgets need before it is sent. */
import { costOf } from '../../cost/price.js'
import { estimateTokens, EXPECTED_OUTPUT } from '../../kernel/estimate-tokens.js'
import { isObject } from '../../kernel/json.js'
import type { RoutedCall } from '../../router/strategy.js'
import type { Target } from '../../router/target.js'
import type { Identity } from '../../telemetry/identity.js'
import { warnOnce } from '../../telemetry/warn.js'
import type { CallInput } from '../call/answer.js'
import type { ClientContext } from '../context.js'
import { requestsFor } from '../faces/embedding-batches.js'
import { extraBodyAt, paramsAt } from '../call/target-fields.js'
import type { Expected } from '../facts/plausible.js'
import type { Estimate } from './budget-accounts.js'
import { usagesOf } from './output-kind.js'
import type { Consumption } from './consumption.js'
import { outputLimitsOf, type OutputLimits } from './output-limits.js'
import type { ScopeFacts } from './scope.js'

type Fields = Readonly<Record<string, unknown>>

/** No call needs as much, and sums of it stay exact. */
const MOST = 2 ** 50
/** Fields whose text replaces the call's own if a target or a fallback sets them. */
const CONTENT = ['messages', 'input', 'prompt', 'instructions', 'system'] as const

export interface DemandSource {
  readonly client: ClientContext
  readonly routed: RoutedCall
  readonly request: CallInput['request']
  /** The body as the caller wrote it, if it differs from the request: Responses and passthrough. */
  readonly body: CallInput['body']
  readonly options: CallInput['options']
  readonly metadata: Identity | undefined
  /** The alias that the call names, if it names one. */
  readonly alias: string | undefined
}

/** The target of an attempt, and the changes of the fallback that leads there. */
export interface DemandPlace {
  readonly target: Target
  readonly params?: Fields | undefined
}

type Price = Pick<Estimate, 'usd' | 'missing'>

export class Demand {
  private readonly call: DemandSource
  /** Bytes of each file that is sent. */
  private files: readonly number[] = []

  constructor(call: DemandSource) {
    this.call = call
  }

  /** The files of a form are read. @param files - Bytes of each. */
  uploads(files: readonly number[]): void {
    this.files = files
  }

  /** Tokens of input, and of the output that it allows or is expected to need. */
  tokens(place?: DemandPlace): number {
    const layers = this.layers(place)
    return Math.min(MOST, this.input(layers) + this.output(outputLimitsOf(layers)))
  }

  /** Requests that an attempt sends. */
  requests({ target }: DemandPlace): number {
    const { request } = this.call
    return request && 'embeddings' in request ? requestsFor(target, request.embeddings) : 1
  }

  /** The estimate of an attempt as it is sent, with the settings of the body, the target, a fallback, or fields for one provider. */
  estimate(place: DemandPlace): Estimate {
    const { request, made } = this.call.body ?? {}
    const layers = this.layers(place)
    const room = outputLimitsOf(layers)
    const [input, output] = [this.input(layers), this.output(room)]
    if (this.call.request) {
      const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output }
      const assumed = output > 0 && room.output === undefined
      return this.priced(place, [usage], {
        tokens: Math.min(MOST, input + output),
        priced: true,
        input,
        output,
        assumed,
      })
    }
    const asked = { input, answers: room.answers, files: this.files }
    const usages = request ? usagesOf(made, Object.assign({}, ...layers) as Fields, asked) : []
    const [first] = usages
    return this.priced(place, usages, {
      tokens: Math.min(MOST, first ? (first.prompt_tokens ?? 0) + (first.completion_tokens ?? 0) : input),
      priced: usages.length > 0,
      input: first?.prompt_tokens ?? input,
      output: first?.completion_tokens ?? 0,
      assumed: false,
    })
  }

  /** The cost of a request at a target that has read it, but gave no answer. */
  inputAt(place: DemandPlace): Consumption {
    const input = this.input(this.layers(place))
    return this.priced(place, [{ prompt_tokens: input, completion_tokens: 0 }], { tokens: input })
  }

  /** What the usage of an answer is checked against. */
  expected(place: DemandPlace): Expected {
    const layers = this.layers(place)
    const { output, thinking, answers } = outputLimitsOf(layers)
    return {
      input: () => this.input(layers),
      room: output === undefined ? undefined : Math.max(output, thinking) * answers,
    }
  }

  /** @param target - The one that an attempt goes to. */
  scopeFacts(target?: Target): ScopeFacts {
    const { metadata, alias } = this.call
    if (!metadata) this.warnOfBody()
    const { client, user, key, tags } = metadata ?? {}
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

  /** The caller's request, and what changes it on its way. */
  private layers(place: DemandPlace | undefined): readonly Fields[] {
    const { request, body, options } = this.call
    const own = body?.request ?? (request && ('chat' in request ? request.chat : request.embeddings))
    const params = place && paramsAt(place.target, place.params)
    const extra = place ? extraBodyAt(place.target, options) : options.extra_body
    return [own as Fields | undefined, params, extra].filter((layer) => layer !== undefined)
  }

  /** Of all layers, with what they add. */
  private input([own, ...changes]: readonly Fields[]): number {
    const { routed, client, body } = this.call
    const counter = client.tokenCounter?.()
    const whole = changes.some((change) => CONTENT.some((field) => field in change))
    if (whole) return estimateTokens({ ...own, ...Object.assign({}, ...changes) }, counter)
    const known = body && !this.call.request ? estimateTokens(textsOf(own), counter) : routed.inputTokens
    return changes.length === 0 ? known : known + estimateTokens(changes, counter)
  }

  private output({ output, thinking, answers }: OutputLimits): number {
    const { request } = this.call
    if (!request || !('chat' in request)) return 0
    const each = output === undefined ? EXPECTED_OUTPUT + thinking : Math.max(output, thinking)
    return Math.min(MOST, each * answers)
  }

  /** With its cost there, computed when it is read: the price table takes time to load, and token budgets do not need it. */
  private priced<T extends object>({ target }: DemandPlace, usages: readonly object[], facts: T): T & Price {
    let known: Price | undefined
    const price = (): Price => (known ??= this.price(target, usages))
    return Object.defineProperties(facts, {
      usd: { get: () => price().usd, enumerable: true },
      missing: { get: () => price().missing, enumerable: true },
    }) as T & Price
  }

  /** Of the first of `usages` that has a price there: some models are priced by tokens, others by the piece. */
  private price({ provider, model, base }: Target, usages: readonly object[]): Price {
    const { client } = this.call
    let reason: string | undefined
    for (const usage of usages) {
      const query = { provider: provider.id, model, base, region: provider.region, usage, at: client.clock.date() }
      const { usd, missing } = costOf(query, client.prices)
      if (usd !== null) return { usd }
      reason ??= missing.join('; ')
    }
    return { usd: undefined, missing: reason }
  }

  /** Otherwise limits and budgets of a user would silently not hold. */
  private warnOfBody(): void {
    const { request } = this.call
    const body = request && 'chat' in request ? request.chat.metadata : undefined
    if (!isObject(body) || !OF_SCOPES.some((name) => name in body)) return
    warnOnce(
      "`metadata` in the body is the provider's own field; limits and budgets read `metadata` of the second argument, and `withContext`",
    )
  }
}

const OF_SCOPES = ['client', 'user', 'key', 'tags'] as const satisfies readonly (keyof Identity)[]

/** The texts of a passthrough body, and lists of them, but not its files. */
function textsOf(body: Fields | undefined): readonly unknown[] {
  const isText = (value: unknown): boolean =>
    typeof value === 'string' || (isObject(value) && !(value instanceof Blob) && !ArrayBuffer.isView(value))
  return Object.values(body ?? {}).flatMap((value) => (Array.isArray(value) ? value : [value]).filter(isText))
}
