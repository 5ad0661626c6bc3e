/** One try at one target. */
import { TimeoutError, TracestitchError, type Attempt } from '../../kernel/errors.js'
import { FRAMING_MEDIA_TYPES } from '../../kernel/frames.js'
import type { ChatProtocol, EncodeContext, EncodedRequest, Protocol } from '../../kernel/protocol.js'
import { classifyError } from '../../policies/classify-error.js'
import { attemptLimit, timeoutPolicy, type TimeoutPolicy } from '../../policies/timeout.js'
import type { AttemptEvent } from '../../router/events.js'
import type { Running } from '../../router/health.js'
import type { Itinerary } from '../../router/itinerary.js'
import type { Member, RoutedCall } from '../../router/strategy.js'
import type { Target } from '../../router/target.js'
import { startAttempt, type AttemptSpan } from '../../telemetry/attempt.js'
import type { Call } from '../../telemetry/call.js'
import type { AdmittedCall, AdmittedStep } from '../admission/admitted-call.js'
import type { DemandPlace } from '../admission/demand.js'
import type { Permit } from '../admission/permit.js'
import { countOf, type Consumption } from '../admission/consumption.js'
import type { WireAnswer } from '../transport/body.js'
import type { Answer } from './answer.js'
import { AnswerHeaders } from './answer-headers.js'
import { AttemptReport } from './attempt-report.js'
import { locate, withProviderMeaning } from '../transport/failure.js'
import { extraBodyAt, paramsAt } from './target-fields.js'
import { AttemptLimits } from './time-limits.js'
import type { Redaction } from './redaction.js'
import { send, type EncodedBytes, type FollowUp } from '../transport/send.js'
import type { AttemptView, CallView } from './stage.js'

/** The call that an attempt is made for. */
export interface AttemptedCall extends AdmittedCall, CallView {
  readonly routed: RoutedCall
  readonly telemetry: Call
  readonly attempts: Attempt[]
  readonly redaction: Redaction
  /** Makes `run` the one that answers it. @throws an AbortError when another one has, or the reason of the call's abort. */
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
  /** Those of the fallback that led here. */
  private readonly ownParams: Readonly<Record<string, unknown>> | undefined
  readonly call: AttemptedCall
  private readonly entry: Attempt
  private readonly member: Member
  private readonly number: number
  private readonly reason: string
  private readonly settle: Running
  private readonly report: AttemptReport
  /** Given up for another attempt, which was faster. */
  lost = false
  /** By one that began after it. */
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
    this.ownParams = params
    const { timeout } = target.provider
    const usual = timeoutPolicy(timeout, call.client.plan.timeout)
    this.timeout = timeoutPolicy(call.options.timeout, timeoutPolicy(target.timeout, usual))
    this.settle = member.health.begin(call.routed.stream)
    this.entry = { target: target.id, ms: 0 }
    call.attempts.push(this.entry)
    this.headers = new AnswerHeaders(target.provider.costHeader, call.telemetry)
    this.startedAt = call.client.clock.now()
    this.limits = new AttemptLimits(call.limits, { provider: target.provider.id, model: target.model })
    this.startLimits(target.timeout?.total ?? timeout?.total)
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

  /** @param total - The attempt's own, the stream to its end included. */
  private startLimits(total: number | undefined): void {
    const { call, timeout } = this
    const set = timeout.attempt ?? (call.routed.stream ? timeout.firstChunk : undefined) ?? total
    const limit = attemptLimit(set, call.limits.remaining, () => call.itinerary.hasOther)
    this.limits.start('total', total)
    if (limit && (timeout.attempt !== undefined || limit.why !== undefined))
      this.limits.start('attempt', limit.ms, limit.why)
  }

  /** For the codec of this target. */
  get encodeContext(): EncodeContext {
    const { provider, model, base, dropUnsupported: own } = this.target
    const { client, options } = this.call
    return {
      provider: provider.id,
      model,
      base,
      quirks: provider.quirks,
      dropUnsupported: options.dropUnsupported ?? own ?? provider.dropUnsupported ?? client.plan.dropUnsupported,
      warn: (message) => this.call.warn(message),
    }
  }

  /** What its errors must not show. */
  get redaction(): Redaction {
    return this.call.redaction
  }

  /** Fields of the account and of the call that this target's body gets as they are. */
  get extraBody(): Record<string, unknown> | undefined {
    return extraBodyAt(this.target, this.call.options)
  }

  /** Where it goes, as what it may come to is estimated. */
  get place(): DemandPlace {
    return { target: this.target, params: this.ownParams }
  }

  /** @param part - Limits of a request that is one of several of this attempt, sent side by side. */
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
      // Of several requests the one that failed counts.
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

  /** The way of its call, for what stands ready behind this attempt. */
  get itinerary(): Itinerary {
    return this.call.itinerary
  }

  /** The answer is not given to the caller. It counts as what it came to all the same. */
  discardAnswer(answer: Answer): void {
    this.call.countDiscarded(this, answer)
  }

  /**
   * Closes the attempt. Only the first call counts. Without an error it answers the call.
   *
   * @throws as `LogicalCall.claim` does.
   */
  finish(error?: unknown): void {
    if (this.finished) return
    if (error === undefined) this.call.claim(this)
    this.finished = true
    this.limits.release()
    this.entry.ms = Math.round((this.call.client.clock.now() - this.startedAt) * 1000) / 1000
    this.call.ended(this)
    this.permit?.leave()
    // What an answer that has begun came to, its call says.
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

  /** As hooks are told of it. */
  private get facts(): Omit<AttemptEvent, 'target' | 'provider' | 'outcome'> {
    const { number, reason, entry, firstContentMs: firstChunkMs } = this
    const { model } = this.call.routed
    return { model, number, reason, status: entry.status, error: entry.error, ms: entry.ms, firstChunkMs }
  }

  /** A request that was called off on its way has been read, so its input is billed. One that was refused is not. */
  private usedByFailure(error: unknown): Consumption | undefined {
    const { status = 200 } = this.entry
    if (!this.permit || !this.sent || status >= 400) return undefined
    if (error instanceof TimeoutError && error.limit === 'connect') return undefined
    // The caller's reason may be anything.
    const calledOff = this.lost || this.call.limits.aborted || classifyError(error) === 'timeout'
    return calledOff ? this.call.demand.inputAt(this.place) : undefined
  }

  /** The first content of a stream is there. */
  contentBegan(): void {
    if (this.firstContentMs !== undefined) return
    this.firstContentMs = this.call.client.clock.now() - this.startedAt
    if (!this.settle.answers(this.firstContentMs)) return
    this.report.share(undefined, 'unknown')
    this.report.recovered()
  }

  /** What the answer came to is known. */
  succeeded(answer: Answer): void {
    const usage = 'chat' in answer ? answer.chat.usage : 'other' in answer ? answer.other.usage : undefined
    // The whole time of a stream depends on how fast the caller reads.
    if (this.firstContentMs === undefined)
      this.member.health.answered(this.entry.ms, countOf(usage?.completion_tokens) ?? 0)
  }

  /** `winner` has answered: closes the socket. No failure of the target, but one that began earlier is the slower one. */
  giveUp(reason: DOMException, winner: AttemptRun): void {
    this.lost = true
    this.outrun = this.startedAt <= winner.startedAt
    this.limits.abandon()
    this.finish(reason)
  }
}
