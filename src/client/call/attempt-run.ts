/** One try at one target. */
import { TimeoutError, TracestitchError, type Attempt } from '../../kernel/errors.js'
import { FRAMING_MEDIA_TYPES } from '../../kernel/frames.js'
import type { ChatProtocol, EncodeContext, EncodedRequest, Protocol } from '../../kernel/protocol.js'
import { classifyError } from '../../policies/classify-error.js'
import type { TimeoutPolicy } from '../../policies/timeout.js'
import type { AttemptEvent } from '../../router/events.js'
import type { Running } from '../../router/health.js'
import type { Itinerary } from '../../router/itinerary.js'
import type { Member, RoutedCall } from '../../router/strategy.js'
import type { Target } from '../../router/target.js'
import { startAttempt, type AttemptSpan } from '../../telemetry/spans/attempt.js'
import type { Call } from '../../telemetry/spans/call.js'
import type { AdmittedCall, AdmittedStep } from '../admission/admitted-call.js'
import type { DemandPlace } from '../admission/demand.js'
import type { Permit } from '../admission/permit.js'
import { countOf, type Consumption } from '../admission/consumption.js'
import type { WireAnswer } from '../transport/body.js'
import type { Answer } from './answer.js'
import { AnswerHeaders } from './answer-headers.js'
import { AttemptReport } from './attempt-report.js'
import { locate, withProviderMeaning } from '../transport/failure.js'
import { startLimits, timeoutAt } from './attempt-timeout.js'
import { encodeContextAt, extraBodyAt, paramsAt } from './target-fields.js'
import { AttemptLimits, type CallLimits } from './time-limits.js'
import type { Redaction } from './redaction.js'
import { send, type EncodedBytes, type FollowUp } from '../transport/send.js'
import type { AttemptView, CallView } from './stage.js'

/** The call that an attempt is made for. */
export interface AttemptedCall extends AdmittedCall, CallView {
  readonly limits: CallLimits
  readonly routed: RoutedCall
  readonly telemetry: Call
  readonly attempts: Attempt[]
  readonly redaction: Redaction
  /** Makes `run` the attempt that answers. @throws AbortError when another one has, or the reason of the call's abort. */
  claim(run: AttemptRun): void
  isAnsweredBy(run: AttemptRun): boolean
  ended(run: AttemptRun): void
  countDiscarded(run: AttemptRun, answer: Answer): void
}

export class AttemptRun implements AttemptView {
  readonly target: Target
  readonly limits: AttemptLimits
  readonly span: AttemptSpan
  readonly headers: AnswerHeaders
  /** When the answer began, in milliseconds since 1970. */
  answeredAt = 0
  /** Fields of the body that differ at this target. */
  readonly params: Readonly<Record<string, unknown>> | undefined
  readonly timeout: TimeoutPolicy
  /** What it holds of limits and budgets. */
  readonly permit: Permit | undefined
  /** Those of `params` that the fallback which led here sets. */
  private readonly fallbackParams: Readonly<Record<string, unknown>> | undefined
  readonly call: AttemptedCall
  private readonly entry: Attempt
  private readonly member: Member
  private readonly number: number
  private readonly reason: string
  private readonly settle: Running
  private readonly report: AttemptReport
  /** Whether it was cancelled because another attempt answered first. */
  lost = false
  /** Whether that attempt began after this one. */
  private outrun = false
  private firstContentMs: number | undefined
  private readonly startedAt: number
  private finished = false
  private sent = false
  private answer: WireAnswer | undefined

  constructor(call: AttemptedCall, { member, reason, params, permit }: AdmittedStep, number: number) {
    const { target } = member
    this.call = call
    this.member = member
    this.permit = permit
    this.number = number
    this.reason = reason
    this.target = target
    this.params = paramsAt(target, params)
    this.fallbackParams = params
    this.timeout = timeoutAt(target, call)
    this.settle = member.health.begin(call.routed.stream)
    this.entry = { target: target.id, ms: 0 }
    call.attempts.push(this.entry)
    this.headers = new AnswerHeaders(target.provider.costHeader, call.telemetry)
    this.startedAt = call.client.clock.now()
    this.limits = new AttemptLimits(call.limits, { provider: target.provider.id, model: target.model })
    startLimits(this.limits, target, this.timeout, call)
    this.span = startAttempt(call.telemetry, {
      target: target.id,
      number,
      reason,
      baseURL: target.provider.baseURL,
      traceHeaders: target.provider.traceHeaders,
    })
    this.report = new AttemptReport(call, member)
    const { cooldown } = this.settle
    if (cooldown === undefined || cooldown === 0) return
    this.report.share(cooldown, 'slow')
    this.report.coolsDown(cooldown, 'slow')
  }

  /** For the codec of this target. */
  get encodeContext(): EncodeContext {
    return encodeContextAt(this.target, this.call)
  }

  /** What its errors must not show. */
  get redaction(): Redaction {
    return this.call.redaction
  }

  /** Fields of the account and of the call that this target's body gets as they are. */
  get extraBody(): Record<string, unknown> | undefined {
    return extraBodyAt(this.target, this.call.options)
  }

  /** Where it goes, for the estimate of its tokens and cost. */
  get place(): DemandPlace {
    return { target: this.target, params: this.fallbackParams }
  }

  /** @param part - Limits of the request, when it is one of several that the attempt sends in parallel. */
  async send(
    encoded: EncodedRequest | EncodedBytes | FollowUp,
    codec: Pick<Protocol, 'decodeError'> & Pick<ChatProtocol, 'framing'>,
    stream: boolean,
    part?: AttemptLimits,
  ): Promise<WireAnswer> {
    const { client, options } = this.call
    this.sent = true
    const answer = await send({
      target: this.target,
      encoded,
      accept: stream ? FRAMING_MEDIA_TYPES[codec.framing ?? 'sse'] : 'application/json',
      headers: options.headers ?? {},
      traceHeaders: (url) => this.span.headers(url),
      limits: part ?? this.limits,
      connect: this.timeout.connect,
      fetch: client.fetch ?? globalThis.fetch,
      decodeError: (body) => codec.decodeError(body),
      date: () => client.clock.date(),
      onStatus: (status) => {
        this.entry.status = status
      },
    }).catch((error: unknown) => {
      // Of several requests, the one that failed gives the attempt its status.
      if (part && error instanceof TracestitchError && error.status !== undefined) this.entry.status = error.status
      throw error
    })
    this.answer = answer
    this.answeredAt = client.clock.date()
    this.headers.add(answer.response.headers)
    const { limits } = this.headers
    if (limits) this.member.health.limitsTold(limits, this.answeredAt)
    return answer
  }

  /** Completes an error with what is known of this attempt. */
  locate<T>(error: T): T {
    const { provider, model } = this.target
    const fields = this.answer?.fields ?? { provider: provider.id, model }
    return locate(withProviderMeaning(error, provider, this.call.client.clock.date()), fields, this.redaction)
  }

  /** The way of its call: it says which targets are left after this attempt. */
  get itinerary(): Itinerary {
    return this.call.itinerary
  }

  /** The answer is not given to the caller. Its tokens and cost count all the same. */
  discardAnswer(answer: Answer): void {
    this.call.countDiscarded(this, answer)
  }

  /**
   * Ends the attempt. Only the first call counts. Without an error, the attempt answers the call.
   *
   * @throws what `AttemptedCall.claim` throws.
   */
  finish(error?: unknown): void {
    if (this.finished) return
    if (error === undefined) this.call.claim(this)
    this.finished = true
    this.limits.release()
    this.entry.ms = Math.round((this.call.client.clock.now() - this.startedAt) * 1000) / 1000
    this.call.ended(this)
    this.permit?.leave()
    // If this attempt had begun to answer, its call settles what that used.
    if (error !== undefined && !this.call.isAnsweredBy(this)) this.permit?.settle(this.usedByFailure(error))
    const errorClass = error === undefined ? undefined : classifyError(error)
    if (error !== undefined) this.entry.error = error instanceof Error ? error.name : 'Error'
    if (errorClass !== undefined && !this.lost) this.entry.failure = errorClass
    const { health } = this.member
    const before = health.state
    const cooldown = this.settle({
      errorClass,
      retryAfterMs: error instanceof TracestitchError ? error.retryAfterMs : undefined,
      durationMs: this.entry.ms,
      firstChunkMs: this.firstContentMs,
      stream: this.call.routed.stream,
      outrun: this.outrun,
    })
    this.report.share(cooldown, errorClass ?? 'slow')
    const outcome = this.lost ? 'lost' : (errorClass ?? 'ok')
    this.span.end({ status: this.entry.status, error, outcome })
    this.report.ended(outcome, () => this.facts)
    if (cooldown !== undefined && cooldown > 0) this.report.coolsDown(cooldown, errorClass ?? 'slow')
    else if (before !== 'closed' && health.state === 'closed') this.report.recovered()
  }

  /** For hooks. */
  private get facts(): Omit<AttemptEvent, 'target' | 'provider' | 'outcome'> {
    const { number, reason, entry, firstContentMs: firstChunkMs } = this
    const { model } = this.call.routed
    return { model, number, reason, status: entry.status, error: entry.error, ms: entry.ms, firstChunkMs }
  }

  /** The provider has read a request that was cancelled on its way, and bills its input. One that it refused is free. */
  private usedByFailure(error: unknown): Consumption | undefined {
    const { status = 200 } = this.entry
    if (!this.permit || !this.sent || status >= 400) return undefined
    if (error instanceof TimeoutError && error.limit === 'connect') return undefined
    // The abort is asked, not the error: the caller's reason may be anything.
    const wasCancelled = this.lost || this.call.limits.aborted || classifyError(error) === 'timeout'
    return wasCancelled ? this.call.demand.inputAt(this.place) : undefined
  }

  /** The first content of a stream is there. */
  contentBegan(): void {
    if (this.firstContentMs !== undefined) return
    this.firstContentMs = this.call.client.clock.now() - this.startedAt
    if (!this.settle.answers(this.firstContentMs)) return
    this.report.share(undefined, 'unknown')
    this.report.recovered()
  }

  /** The whole answer is there, with its usage. */
  succeeded(answer: Answer): void {
    const usage = 'chat' in answer ? answer.chat.usage : 'other' in answer ? answer.other.usage : undefined
    // The whole time of a stream depends on how fast the caller reads.
    if (this.firstContentMs === undefined)
      this.member.health.answered(this.entry.ms, countOf(usage?.completion_tokens) ?? 0)
  }

  /** `winner` has answered: closes the socket. This is no failure of the target, but if it began before `winner`, it was slower. */
  giveUp(reason: DOMException, winner: AttemptRun): void {
    this.lost = true
    this.outrun = this.startedAt <= winner.startedAt
    this.limits.abandon()
    this.finish(reason)
  }
}
