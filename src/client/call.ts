/** One logical call: its limits, its attempts, its span, and what is known of it at the end. */
import { isSpanContextValid, type Attributes } from '@opentelemetry/api'
import type { PriceOptions } from '../cost/price.js'
import type { Catalogue } from '../kernel/catalogue.js'
import type { Clock } from '../kernel/clock.js'
import { TracestitchError, type Attempt } from '../kernel/errors.js'
import { FRAMING_MEDIA_TYPES } from '../kernel/frames.js'
import type { ChatCompletion, ChatRequest, EmbeddingsRequest, EmbeddingsResponse, Usage } from '../kernel/hub.js'
import { pickRateLimitHeaders, type HeaderSource } from '../kernel/rate-limit.js'
import { timeoutPolicy, type TimeoutPolicy } from '../policies/timeout.js'
import type { Plan } from '../router/plan.js'
import type { Target } from '../router/target.js'
import { otherAttributes, serverOf } from '../telemetry/attributes.js'
import { startAttempt, type AttemptSpan } from '../telemetry/attempt.js'
import { startCall, type Call } from '../telemetry/call.js'
import { withContext } from '../telemetry/identity.js'
import * as semconv from '../telemetry/semconv.js'
import { guard, settings } from '../telemetry/settings.js'
import type { WireAnswer } from './body.js'
import { locate, nameTargets } from './failure.js'
import { AttemptLimits, CallLimits } from './limits.js'
import { createMeta } from './meta.js'
import { send, type EncodedBytes, type FollowUp } from './transport.js'
import type { CallMeta, CallOptions } from './types.js'
import type { ChatProtocol, EncodeContext, EncodedRequest, Protocol } from '../kernel/protocol.js'

/** What every call of a client shares. */
export interface ClientContext {
  readonly catalogue: Catalogue
  readonly plan: Plan
  readonly prices: PriceOptions
  /** USD that the headers of an answer say it cost. */
  readonly reportedCost: (headers: Pick<Headers, 'forEach'>) => number | undefined
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
  readonly attributes?: Attributes
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
  readonly options: CallOptions
  readonly targets: readonly Target[]
  readonly timeout: TimeoutPolicy
  readonly limits: CallLimits
  readonly telemetry: Call
  readonly attempts: Attempt[] = []
  readonly warnings: string[] = []

  /** @throws ConfigError when the model names no target. Nothing is open then. */
  constructor(client: ClientContext, { operation, model, options, request, attributes }: CallRequest) {
    this.client = client
    this.options = options
    this.targets = client.plan.targets({ model }, options.fallbacks)
    this.timeout = timeoutPolicy(options.timeout, client.plan.timeout)
    const [first] = this.targets as readonly [Target]
    const alias = client.plan.route(model).alias
    const start = (): Call =>
      startCall({
        operation,
        layer: 'client',
        provider: first.provider.telemetryName,
        model: first.model,
        request,
        baseURL: first.provider.baseURL,
        attributes: { ...attributes, ...(alias && { 'tracestitch.alias': model }) },
      })
    this.telemetry = options.metadata ? withContext(identityFrom(options.metadata), start) : start()
    this.limits = new CallLimits(options.signal ?? undefined, this.timeout.total, client.clock)
  }

  attempt(target: Target): AttemptRun {
    return new AttemptRun(this, target, this.attempts.length + 1)
  }

  /** Ends the call with an answer. */
  succeed(run: AttemptRun, answer: Answer): CallMeta {
    const { target } = run
    const { telemetry } = this
    const meta = this.describe(
      run,
      'chat' in answer ? answer.chat : 'embeddings' in answer ? answer.embeddings : answer.other,
    )
    if ('other' in answer) telemetry.set(guard('response', () => otherAttributes(answer.other, settings())) ?? {})
    else telemetry.response(answer)
    if (telemetry.recording) {
      // The span began with the facts of the first target.
      if (target !== this.targets[0]) telemetry.set(targetAttributes(target))
      const { usd } = meta.cost
      if (usd !== null) telemetry.set({ [semconv.USAGE_COST]: usd })
    }
    telemetry.end()
    this.limits.release()
    return meta
  }

  /** Ends the call with the error that its caller gets, and returns it. */
  fail(error: unknown, partial?: Exclude<Answer, { readonly other: OtherAnswer }>): unknown {
    if (error instanceof TracestitchError) {
      // Calls that wait for the same key share its failure, which is told once.
      if (error.attempts.length === 0) nameTargets(error, this.attempts)
      error.attempts = this.attempts
    }
    if (partial) this.telemetry.response(partial)
    this.telemetry.end({ error })
    this.limits.release()
    return error
  }

  describe(run: AttemptRun, answer: { readonly model: string; readonly usage?: object | undefined }): CallMeta {
    const { target, reportedCost: reported } = run
    const spanContext = this.telemetry.span?.spanContext()
    return createMeta({
      target,
      attempts: this.attempts,
      warnings: this.warnings,
      traceId: spanContext && isSpanContextValid(spanContext) ? spanContext.traceId : null,
      served: answer.model,
      usage: reported === undefined ? answer.usage : { ...answer.usage, cost: reported },
      prices: this.client.prices,
      limitHeaders: run.limitHeaders,
      answeredAt: run.answeredAt,
      at: this.client.clock.date(),
    })
  }
}

function identityFrom(metadata: NonNullable<CallOptions['metadata']>): {
  user?: string
  session?: string
  tags?: readonly string[]
} {
  const { user, session, tags } = metadata
  return {
    ...(user !== undefined && { user }),
    ...(session !== undefined && { session }),
    ...(tags !== undefined && { tags }),
  }
}

function targetAttributes({ provider }: Target): Attributes {
  const server = serverOf(provider.baseURL)
  const known = server && guard('identifyHost', () => settings().identifyHost(server.address)?.provider)
  return {
    [semconv.PROVIDER_NAME]: known ?? provider.telemetryName,
    ...(server && { [semconv.SERVER_ADDRESS]: server.address, [semconv.SERVER_PORT]: server.port }),
  }
}

/** One try at one target. */
export class AttemptRun {
  readonly target: Target
  readonly limits: AttemptLimits
  readonly span: AttemptSpan
  /** USD that headers of the answer say it cost. */
  reportedCost: number | undefined
  /** Headers of the answer that may speak of rate limits. The answer itself, and all else it says, is not kept for them. */
  limitHeaders: HeaderSource | undefined
  /** When the answer began, in milliseconds since 1970. */
  answeredAt = 0
  private readonly call: LogicalCall
  private readonly entry: Attempt
  private readonly startedAt: number
  private finished = false
  private answer: WireAnswer | undefined

  constructor(call: LogicalCall, target: Target, number: number) {
    this.call = call
    this.target = target
    this.entry = { target: target.id, ms: 0 }
    call.attempts.push(this.entry)
    this.startedAt = call.client.clock.now()
    this.limits = new AttemptLimits(call.limits.signal, { provider: target.provider.id, model: target.model })
    this.span = startAttempt(call.telemetry, {
      target: target.id,
      number,
      baseURL: target.provider.baseURL,
      traceHeaders: target.provider.traceHeaders,
    })
  }

  /** For the codec of this target. */
  get encodeContext(): EncodeContext {
    const { provider, model, dropUnsupported: own } = this.target
    const { client, options } = this.call
    return {
      provider: provider.id,
      model,
      quirks: provider.quirks,
      dropUnsupported: options.dropUnsupported ?? own ?? provider.dropUnsupported ?? client.plan.dropUnsupported,
      warn: (message) => {
        if (!this.call.warnings.includes(message)) this.call.warnings.push(message)
      },
    }
  }

  /** Fields of the account and of the call that this target's body gets as they are. */
  get extraBody(): Record<string, unknown> | undefined {
    const { extra_body: all, provider_options: byProvider } = this.call.options
    const { id, body } = this.target.provider
    const own = byProvider?.[id]
    return body || all || own ? { ...body, ...all, ...own } : undefined
  }

  /** @param part - Limits of a request that is one of several of this attempt, sent side by side. */
  async send(
    encoded: EncodedRequest | EncodedBytes | FollowUp,
    codec: Pick<Protocol, 'decodeError'> & Pick<ChatProtocol, 'framing'>,
    stream: boolean,
    part?: AttemptLimits,
  ): Promise<WireAnswer> {
    const { client, options, timeout, telemetry } = this.call
    const answer = await send({
      target: this.target,
      encoded,
      accept: stream ? FRAMING_MEDIA_TYPES[codec.framing ?? 'sse'] : 'application/json',
      headers: options.headers ?? {},
      traceHeaders: (url) => this.span.headers(url),
      limits: part ?? this.limits,
      connect: timeout.connect,
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
    const { headers } = answer.response
    telemetry.headers(headers)
    this.answer = answer
    this.reportedCost = this.costIn(headers)
    this.limitHeaders = pickRateLimitHeaders(headers)
    this.answeredAt = client.clock.date()
    return answer
  }

  /** USD that headers of an answer say it cost. */
  costIn(headers: Headers): number | undefined {
    return this.call.client.reportedCost(headers)
  }

  /** Completes an error with what is known of this attempt. */
  locate<T>(error: T): T {
    const { provider, model } = this.target
    return locate(error, this.answer?.fields ?? { provider: provider.id, model }, this.answer?.secret)
  }

  /** Closes the attempt. Only the first call counts. */
  finish(error?: unknown): void {
    if (this.finished) return
    this.finished = true
    this.limits.release()
    this.entry.ms = Math.round((this.call.client.clock.now() - this.startedAt) * 1000) / 1000
    if (error !== undefined) this.entry.error = error instanceof Error ? error.name : 'Error'
    this.span.end({ status: this.entry.status, error })
  }
}
