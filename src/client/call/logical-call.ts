/** One logical call: its limits, its attempts, its span, and what is known of it at the end. */
import { context, isSpanContextValid, type Attributes } from '@opentelemetry/api'
import type { PriceOptions } from '../../cost/price.js'
import type { Catalogue } from '../../kernel/catalogue.js'
import type { Clock } from '../../kernel/clock.js'
import type { CountTokens } from '../../kernel/estimate.js'
import { LimitError, TracestitchError, type Attempt } from '../../kernel/errors.js'
import type { ChatCompletion, ChatRequest, EmbeddingsRequest, EmbeddingsResponse, Usage } from '../../kernel/hub.js'
import type { HedgePolicy } from '../../policies/hedge.js'
import { timeoutPolicy, type TimeoutPolicy } from '../../policies/timeout.js'
import { maskError } from '../../kernel/redact/errors.js'
import { Itinerary, type AllInCooldown, type Step } from '../../router/itinerary.js'
import type { Plan } from '../../router/plan.js'
import type { SharedCooldowns } from '../../router/shared-cooldowns.js'
import type { RoutedCall } from '../../router/strategy.js'
import type { Target } from '../../router/target.js'
import { costAttributes, otherAttributes, serverOf } from '../../telemetry/attributes.js'
import { startCall, type Call } from '../../telemetry/call.js'
import { identityOf, mergeIdentity, withIdentity, type Identity } from '../../telemetry/identity.js'
import { metering } from '../../telemetry/metrics.js'
import * as semconv from '../../telemetry/semconv.js'
import { guard, settings } from '../../telemetry/settings.js'
import type { AdmittedStep } from '../admission/admit.js'
import { Demand } from '../admission/demand.js'
import type { Gates } from '../admission/gates.js'
import type { Made } from '../admission/made.js'
import type { Pass } from '../admission/pass.js'
import { usedBy, type Used } from '../admission/used.js'
import { AttemptRun } from './attempt-run.js'
import { isBrokenOff, usageSoFar } from '../facts/broken-off.js'
import { nameTargets } from '../transport/failure.js'
import type { Hooks } from '../hooks.js'
import { CallLimits } from './time-limits.js'
import { createMeta } from '../facts/meta.js'
import { doubtOf, type Doubt } from '../facts/plausible.js'
import type { Probes } from '../probes.js'
import { Redaction } from './redaction.js'
import { routedCall } from './routed-call.js'
import type { Ledger } from '../facts/spend.js'
import type { CallMeta } from '../types/meta.js'
import type { CallOptions } from '../types/options.js'

/** What every call of a client shares. */
export interface ClientContext {
  readonly catalogue: Catalogue
  readonly plan: Plan
  /** Limits and budgets. */
  readonly gates: Gates
  /** Where other processes tell which targets are in cooldown; absent where there is no other. */
  readonly cooldowns?: SharedCooldowns | undefined
  /** Asks targets that have cooled down whether they are well; absent where nobody wants that. */
  readonly probes?: Probes | undefined
  readonly prices: PriceOptions
  /** Gives what counts the tokens of a request; absent: by characters. */
  readonly tokenCounter?: (() => CountTokens | undefined) | undefined
  /** What was spent so far. */
  readonly ledger?: Ledger | undefined
  readonly hooks: Hooks
  readonly fetch: typeof globalThis.fetch | undefined
  readonly clock: Clock
  readonly random: () => number
}

export interface CallRequest {
  readonly operation: semconv.Operation
  readonly model: string
  readonly options: CallOptions
  /** `undefined` for an operation of which telemetry reads no request. */
  readonly request: { readonly chat: ChatRequest } | { readonly embeddings: EmbeddingsRequest } | undefined
  /** The caller's own body, where `request` is not all of it. */
  readonly body?: RequestBody | undefined
  readonly attributes?: Attributes
}

/** A body of another shape than the hub's. */
export interface RequestBody {
  readonly request: object
  /** What is billed of it, where it is neither chat nor embeddings. */
  readonly made?: Made | undefined
}

/** What is known of an answer that is neither chat nor embeddings. */
export interface OtherAnswer {
  /** Empty when the provider gives none. */
  readonly id: string
  /** Empty when the provider does not say. */
  readonly model: string
  /** As in chat, as far as it is counted. */
  readonly usage?: Partial<Usage> | undefined
}

/** What an answer came to. */
export type Answer =
  | { readonly chat: ChatCompletion }
  | { readonly embeddings: EmbeddingsResponse }
  | { readonly other: OtherAnswer }

export class LogicalCall {
  readonly client: ClientContext
  /** What the whole call holds, beside what its attempts do. */
  pass: Pass | undefined
  readonly operation: semconv.Operation
  readonly options: CallOptions
  /** Whom it is for: what `withContext` says, and its own metadata over it. */
  readonly metadata: Identity | undefined
  readonly timeout: TimeoutPolicy
  readonly itinerary: Itinerary
  readonly routed: RoutedCall
  readonly hedge: HedgePolicy | undefined
  readonly limits: CallLimits
  readonly telemetry: Call
  readonly attempts: Attempt[] = []
  readonly warnings: string[] = []
  readonly demand: Demand
  /** What errors, warnings and spans must not show. */
  readonly redaction: Redaction
  private readonly alias: string | undefined
  private readonly begun: Step | AllInCooldown
  /** Whose facts the span began with. */
  private readonly shown: Target
  private readonly running = new Set<AttemptRun>()
  private winner: AttemptRun | undefined
  /** What answers came to that the caller does not get. */
  private inVain: Used | undefined
  /** The attempt that ended last, those given up aside. */
  private latest: AttemptRun | undefined

  /** @throws ConfigError or UnsupportedParameterError when no target can serve the call. Nothing is open then. */
  constructor(client: ClientContext, { operation, model, options, request, body, attributes }: CallRequest) {
    this.client = client
    this.operation = operation
    this.options = options
    const { plan } = client
    client.cooldowns?.refresh()
    const route = plan.route(model)
    this.timeout = timeoutPolicy(options.timeout, timeoutPolicy(route.timeout, plan.timeout))
    const around = identityOf()
    this.metadata = options.metadata ? mergeIdentity(around, options.metadata) : around
    this.routed = routedCall(model, this.metadata, request, client.tokenCounter)
    this.hedge = route.hedge
    this.itinerary = new Itinerary({
      call: this.routed,
      route,
      fallbacks: plan.fallbacks(route, options.fallbacks),
      retries: plan.retries,
      whenAllInCooldown: plan.whenAllInCooldown,
      random: client.random,
    })
    this.begun = this.itinerary.first()
    this.shown = 'member' in this.begun ? this.begun.member.target : (route.levels[0]?.members[0]?.target as Target)
    const first = this.shown
    this.alias = route.alias ? model : undefined
    const { routed, metadata, alias } = this
    this.demand = new Demand({ client, routed, request, body, options, metadata, alias })
    this.redaction = new Redaction({
      secrets: plan.secrets,
      options,
      request: body?.request ?? request,
      known: [model, first.model, first.provider.id],
    })
    // Nothing may fail once the span is open: whoever ends it has the call.
    this.limits = new CallLimits(options.signal ?? undefined, this.timeout.total, client.clock)
    this.telemetry = startCall({
      operation,
      layer: 'client',
      provider: first.provider.telemetryName,
      model: first.model,
      request,
      baseURL: first.provider.baseURL,
      mask: this.redaction.secrets,
      attributes: { ...attributes, ...(this.alias !== undefined && { 'tracestitch.alias': model }) },
      ...(options.metadata && this.metadata && { parent: withIdentity(context.active(), this.metadata) }),
    })
  }

  /** The first step. @throws LimitError when every target is in cooldown and the client does not try them. */
  start(): Step {
    if ('member' in this.begun) return this.begun
    throw new LimitError('every target is in cooldown after failures', {
      limit: 'cooldown',
      retryAfterMs: Math.ceil(this.begun.retryAfterMs),
    })
  }

  attempt(step: AdmittedStep): AttemptRun {
    const run = new AttemptRun(this, step, this.attempts.length + 1)
    this.running.add(run)
    return run
  }

  /** An attempt has ended or was given up. */
  ended(run: AttemptRun): void {
    this.running.delete(run)
    if (!run.lost) this.latest = run
  }

  /**
   * Makes `run` the one that answers the call, and gives up those beside it, which may then no longer touch the call.
   *
   * @throws an AbortError when another one has answered, or the reason of the call's abort.
   */
  claim(run: AttemptRun): void {
    if (this.winner === run) return
    if (this.winner) throw answeredByAnother()
    run.limits.throwIfAborted()
    this.winner = run
    run.tellHeaders()
    for (const other of this.running) if (other !== run) other.giveUp(answeredByAnother(), run)
  }

  isAnsweredBy(run: AttemptRun): boolean {
    return this.winner === run
  }

  /** Ends the call with an answer. */
  succeed(run: AttemptRun, answer: Answer): CallMeta {
    const { target } = run
    const { telemetry } = this
    run.succeeded(answer)
    const meta = this.settle(run, answer)
    if ('other' in answer) telemetry.set(guard('response', () => otherAttributes(answer.other, settings())) ?? {})
    else telemetry.response(answer)
    // The span began with the facts of the first target.
    if (target !== this.shown && (telemetry.recording || metering())) telemetry.set(targetAttributes(target))
    this.tellCost(meta)
    telemetry.end()
    this.limits.release()
    return meta
  }

  /** Ends the call with the error that its caller gets, and returns it. */
  fail(error: unknown, partial?: Exclude<Answer, { readonly other: OtherAnswer }>): unknown {
    maskError(error, this.redaction)
    if (error instanceof TracestitchError) {
      // Calls that wait for the same key share its failure, which is told once.
      if (error.attempts.length === 0) nameTargets(error, this.attempts, this.latest?.target.id)
      error.attempts = this.attempts
    }
    this.latest?.tellHeaders()
    if (partial) this.telemetry.response(partial)
    const { winner } = this
    if (winner && partial) this.tellCost(this.settle(winner, partial))
    else {
      // An answer that had begun counts as it was estimated.
      winner?.pass?.settle(UNKNOWN)
      this.pass?.settle(winner ? UNKNOWN : this.inVain)
      this.pass?.leave()
    }
    this.telemetry.end({ error })
    this.limits.release()
    return error
  }

  private tellCost(meta: CallMeta): void {
    const { telemetry } = this
    if (!telemetry.recording && !metering()) return
    const { usd, parts } = meta.cost
    if (usd !== null) telemetry.set(costAttributes({ usd, parts }))
  }

  /** Counts what the answer came to: in limits, budgets and the sums of the client. */
  private settle(run: AttemptRun, answer: Answer): CallMeta {
    const { meta, used } = this.count(run, answer)
    this.pass?.settle(together(used, this.inVain))
    this.pass?.leave()
    return meta
  }

  /** Counts an answer that the caller does not get: it was made, and is paid for. */
  countInVain(run: AttemptRun, answer: Answer): void {
    this.inVain = together(this.count(run, answer).used, this.inVain)
  }

  /** Counts what the answer came to at its target. @returns what the whole call has to count of it too. */
  private count(run: AttemptRun, answer: Answer): { readonly meta: CallMeta; readonly used: Used | undefined } {
    const { alias, client } = this
    const facts = this.factsOf(answer)
    const { usage } = facts
    const doubt = doubtOf(answer, usage, this.demand.expected(run.place))
    const meta = this.describe(run, { ...facts, doubt })
    // What is not believed is no sum.
    client.ledger?.add({
      meta,
      usage: doubt?.fault === undefined ? usage : undefined,
      alias,
      metadata: this.metadata,
      date: client.clock.date(),
    })
    if (!run.pass && !this.pass) return { meta, used: undefined }
    const used = usedBy(usage, doubt?.fault === undefined, () => meta.cost.usd)
    run.pass?.settle(used)
    return { meta, used }
  }

  private factsOf(answer: Answer): AnswerFacts {
    if ('embeddings' in answer) return answer.embeddings
    if ('other' in answer) return answer.other
    const { chat } = answer
    if (!this.routed.stream || !isBrokenOff(chat))
      return { model: chat.model, usage: chat.usage, serviceTier: chat.service_tier }
    const usage = usageSoFar(chat, this.routed.inputTokens)
    return { model: chat.model, usage, serviceTier: chat.service_tier, partial: true }
  }

  describe(run: AttemptRun, { model, usage, serviceTier, partial, doubt }: AnswerFacts): CallMeta {
    const { target, reportedCost: reported } = run
    const spanContext = this.telemetry.span?.spanContext()
    return createMeta({
      target,
      attempts: this.attempts,
      warnings: this.warnings,
      traceId: spanContext && isSpanContextValid(spanContext) ? spanContext.traceId : null,
      served: model,
      usage: reported === undefined ? usage : { ...usage, cost: reported },
      told: usage,
      serviceTier,
      partial,
      doubt,
      prices: this.client.prices,
      limitHeaders: run.limitHeaders,
      answeredAt: run.answeredAt,
      at: this.client.clock.date(),
    })
  }
}

/** What is priced of an answer. */
interface AnswerFacts {
  readonly model: string
  readonly usage?: Partial<Usage> | undefined
  readonly serviceTier?: string | null | undefined
  readonly partial?: boolean
  readonly doubt?: Doubt | undefined
}

/** Of several answers of one call; what is not known of one is not known of all. */
function together(one: Used | undefined, other: Used | undefined): Used | undefined {
  if (!one || !other) return one ?? other
  const sum = (a: number | undefined, b: number | undefined): number | undefined =>
    a === undefined || b === undefined ? undefined : a + b
  return {
    tokens: sum(one.tokens, other.tokens),
    get usd() {
      return sum(one.usd, other.usd)
    },
  }
}

const UNKNOWN = { tokens: undefined, usd: undefined }

/** What a lost attempt ends with. */
function answeredByAnother(): DOMException {
  return new DOMException('another attempt answered first', 'AbortError')
}

function targetAttributes({ provider }: Target): Attributes {
  const server = serverOf(provider.baseURL)
  const known = server && guard('identifyHost', () => settings().identifyHost(server.address)?.provider)
  return {
    [semconv.PROVIDER_NAME]: known ?? provider.telemetryName,
    ...(server && { [semconv.SERVER_ADDRESS]: server.address, [semconv.SERVER_PORT]: server.port }),
  }
}
