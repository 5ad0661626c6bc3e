/** One logical call: its time, its attempts, its span, and how it ends. */
import { context, type Attributes, type Context } from '@opentelemetry/api'
import { LimitError, TracestitchError, type Attempt } from '../../kernel/errors.js'
import { maskError } from '../../kernel/redact/mask-error.js'
import type { Itinerary } from '../../router/itinerary.js'
import type { RouteStep } from '../../router/route-step.js'
import type { RoutedCall } from '../../router/strategy.js'
import type { Target } from '../../router/target.js'
import { cacheAttributes, costAttributes, serverOf, verdictAttributes } from '../../telemetry/spans/attributes.js'
import { startCall, type Call } from '../../telemetry/spans/call.js'
import { withIdentity, type Identity } from '../../telemetry/identity.js'
import { metering } from '../../telemetry/metrics.js'
import * as semconv from '../../telemetry/semconv.js'
import { guard } from '../../kernel/guard.js'
import { settings } from '../../telemetry/settings.js'
import type { AdmittedStep } from '../admission/admitted-call.js'
import type { Demand } from '../admission/demand.js'
import type { Permit } from '../admission/permit.js'
import { addConsumption, type Consumption } from '../admission/consumption.js'
import type { ClientContext } from '../context.js'
import { isBrokenOff } from '../facts/broken-off.js'
import { nameTargets } from '../transport/failure.js'
import type { CallMeta, GuardrailOutcome } from '../types/meta.js'
import type { CallOptions } from '../types/options.js'
import type { Answer, CallInput, HubRequest, Replacement, RequestBody } from './answer.js'
import { AttemptRun, type AttemptedCall } from './attempt-run.js'
import { countAnswer, countStored } from './count-answer.js'
import type { CallPlan } from './plan-call.js'
import type { Redaction } from './redaction.js'
import type { CallView, EarlyAnswer } from './stage.js'
import { CallLimits } from './time-limits.js'
import { inCallersNames } from './caller-names.js'
import { addWarning } from './warnings.js'

/** A call that has begun: its time runs and its span is open, until it is answered or has failed. */
export class LogicalCall implements AttemptedCall, CallView {
  readonly plan: CallPlan
  readonly client: ClientContext
  /** Limits and budgets that the whole call holds, in addition to those of its attempts. */
  permit: Permit | undefined
  /** The caller's request, or the one that a stage has put in its place. */
  request: HubRequest | undefined
  readonly limits: CallLimits
  readonly telemetry: Call
  readonly attempts: Attempt[] = []
  readonly warnings: string[] = []
  readonly verdicts: GuardrailOutcome[] = []
  /** What a stage has put in the place of the caller's body. */
  private ownBody: RequestBody | undefined
  private readonly running = new Set<AttemptRun>()
  private winner: AttemptRun | undefined
  /** The cost and usage of answers that the caller does not get. */
  private discarded: Consumption | undefined
  /** The attempt that ended last, without those that were given up. */
  private latest: AttemptRun | undefined

  /** Begins the call. Nothing may fail from here on, or the call would never end. */
  constructor(plan: CallPlan) {
    const { client, input, metadata, shown, alias, redaction } = plan
    const { operation, options, request, attributes } = input
    this.plan = plan
    this.client = client
    this.request = request
    this.limits = new CallLimits(options.signal ?? undefined, plan.timeout.total, client.clock)
    this.telemetry = startCall({
      operation,
      layer: 'client',
      provider: shown.provider.telemetryName,
      model: shown.model,
      request: client.stages.rewrites ? undefined : request,
      baseURL: shown.provider.baseURL,
      mask: redaction.secrets,
      attributes: { ...attributes, ...(alias !== undefined && { 'tracestitch.alias': alias }) },
      ...(options.metadata && metadata && { parent: withIdentity(context.active(), metadata) }),
    })
  }

  get operation(): semconv.OperationName {
    return this.plan.input.operation
  }

  get model(): string {
    return this.plan.input.model
  }

  get options(): CallOptions {
    return this.plan.input.options
  }

  get body(): RequestBody | undefined {
    const { request, body } = this.plan.input
    // The caller's is not sent once a stage has replaced the request.
    return this.ownBody ?? (this.request === request ? body : undefined)
  }

  get readContent(): CallInput['readContent'] {
    return this.plan.input.readContent
  }

  get metadata(): Identity | undefined {
    return this.plan.metadata
  }

  get stream(): boolean {
    return this.plan.routed.stream
  }

  get routed(): RoutedCall {
    return this.plan.routed
  }

  get itinerary(): Itinerary {
    return this.plan.itinerary
  }

  get demand(): Demand {
    return this.plan.demand
  }

  get redaction(): Redaction {
    return this.plan.redaction
  }

  get inputTokens(): number {
    return this.plan.routed.inputTokens
  }

  get context(): Context {
    return this.telemetry.context
  }

  /** What is sent in place of the caller's request. */
  get replacement(): Replacement | undefined {
    const { request, ownBody: body } = this
    return body || request !== this.plan.input.request ? { request, body } : undefined
  }

  replaceRequest(request: HubRequest | undefined, body?: RequestBody): void {
    this.request = request
    this.ownBody = body
  }

  tellVerdict(outcome: GuardrailOutcome): void {
    this.verdicts.push(outcome)
    if (this.telemetry.recording)
      guard('guardrail', () => this.telemetry.span?.addEvent(semconv.GUARDRAIL_EVENT, verdictAttributes(outcome)))
  }

  warn(message: string): void {
    const { names } = this.plan.input
    addWarning(this.warnings, this.redaction.secrets(inCallersNames(message, names)))
  }

  /** The first step. @throws LimitError when every target is in cooldown and the client does not try them. */
  start(): RouteStep {
    const { first } = this.plan
    if ('member' in first) return first
    throw new LimitError('every target is in cooldown after failures', {
      limit: 'cooldown',
      retryAfterMs: Math.ceil(first.retryAfterMs),
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
   * Makes `run` the one that answers the call, and gives up the parallel attempts: they may no longer change the call.
   *
   * @throws an AbortError when another one has answered, or the reason of the call's abort.
   */
  claim(run: AttemptRun): void {
    if (this.winner === run) return
    if (this.winner) throw answeredByAnother()
    run.limits.throwIfAborted()
    this.winner = run
    run.headers.tell()
    for (const other of this.running) if (other !== run) other.giveUp(answeredByAnother(), run)
  }

  isAnsweredBy(run: AttemptRun): boolean {
    return this.winner === run
  }

  /** Ends the call with the answer of an attempt. */
  succeed(run: AttemptRun, answer: Answer): CallMeta {
    const { target } = run
    const { telemetry } = this
    run.succeeded(answer)
    const meta = this.settle(run, answer)
    telemetry.response(answer)
    // The span began with the attributes of the first target.
    if (target !== this.plan.shown && (telemetry.recording || metering())) telemetry.set(targetAttributes(target))
    this.tellCost(meta)
    this.end(answer, meta)
    return meta
  }

  /** Ends the call with an answer that a stage had: no attempt is made. */
  answeredEarly(early: EarlyAnswer): CallMeta {
    const { telemetry } = this
    const meta = countStored(this, early)
    telemetry.response(uncountedAnswer(early.answer))
    telemetry.set({ [semconv.ANSWERED_BY]: early.by })
    if (meta.cache && telemetry.recording) telemetry.set(cacheAttributes(meta.cache))
    this.tellCost(meta)
    this.end(early.answer, meta)
    return meta
  }

  private end(answer: Answer, meta: CallMeta): void {
    this.telemetry.end()
    this.limits.release()
    const { done } = this.client.stages
    done?.(this, { answer, meta, partial: this.stream && 'chat' in answer && isBrokenOff(answer.chat) })
  }

  /** Ends the call with the error that its caller gets, and returns it. @param partial - The part of the answer that came before. */
  fail(error: unknown, partial?: Answer): unknown {
    maskError(error, this.redaction)
    if (error instanceof TracestitchError) {
      // Calls that wait for the same key share one error, which is reported once.
      if (error.attempts.length === 0) nameTargets(error, this.attempts, this.latest?.target.id)
      error.attempts = this.attempts
    }
    this.latest?.headers.tell()
    if (partial) this.telemetry.response(partial)
    const { winner } = this
    if (winner && partial) this.tellCost(this.settle(winner, partial))
    else {
      // An answer that had begun counts as estimated.
      winner?.permit?.settle(UNKNOWN)
      this.permit?.settle(winner ? UNKNOWN : this.discarded)
      this.permit?.leave()
    }
    this.telemetry.end({ error })
    this.limits.release()
    this.client.stages.failed?.(this, this.limits.aborted)
    return error
  }

  private tellCost(meta: CallMeta): void {
    const { telemetry } = this
    if (!telemetry.recording && !metering()) return
    const { usd, parts } = meta.cost
    if (usd !== null) telemetry.set(costAttributes({ usd, parts }))
  }

  private settle(run: AttemptRun, answer: Answer): CallMeta {
    const { meta, used } = countAnswer(this, run, answer)
    this.permit?.settle(addConsumption(used, this.discarded))
    this.permit?.leave()
    return meta
  }

  /** Counts an answer that the caller does not get: it was made, and is paid for. */
  countDiscarded(run: AttemptRun, answer: Answer): void {
    this.discarded = addConsumption(countAnswer(this, run, answer).used, this.discarded)
  }
}

const UNKNOWN = { tokens: undefined, usd: undefined }

/** What a lost attempt ends with. */
function answeredByAnother(): DOMException {
  return new DOMException('another attempt answered first', 'AbortError')
}

/** The tokens of a stored answer were counted when it was made. */
function uncountedAnswer(answer: Answer): Answer {
  if ('chat' in answer) return { chat: withoutUsage(answer.chat) }
  if ('embeddings' in answer) return { embeddings: withoutUsage(answer.embeddings) }
  return { other: withoutUsage(answer.other) }
}

function withoutUsage<T extends { readonly usage?: unknown }>({ usage: _usage, ...rest }: T): Omit<T, 'usage'> {
  return rest
}

function targetAttributes({ provider }: Target): Attributes {
  const server = serverOf(provider.baseURL)
  const known = server && guard('identifyHost', () => settings().identifyHost(server.address)?.provider)
  return {
    [semconv.PROVIDER_NAME]: known ?? provider.telemetryName,
    ...(server && { [semconv.SERVER_ADDRESS]: server.address, [semconv.SERVER_PORT]: server.port }),
  }
}
