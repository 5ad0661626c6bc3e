/** The outermost layer of a call, which has the span. */
import {
  SpanKind,
  SpanStatusCode,
  type Attributes,
  type Context,
  type Span,
  type SpanOptions,
} from '@opentelemetry/api'
import type { ChatCompletion, ChatRequest, Usage } from '../../kernel/hub.js'
import { chatRequestAttributes, embeddingsRequestAttributes, serverOf } from './attributes.js'
import { BaseCall, type Facts } from './base-call.js'
import { boundedAttributes } from '../content/bounded.js'
import type { AskedLater, CallEnd, CallRequest, CallStart } from './call-types.js'
import { errorTypeOf, statusOf } from './error-type.js'
import { CompletedSpan, foreignSpan } from './foreign-span.js'
import { contentAttributes } from '../content/recorded-content.js'
import { identityAttributes } from '../identity.js'
import { metering, recordCall } from '../metrics.js'
import { callBegins, callIsSeen, type UnseenCall } from './open-calls.js'
import { kindOf } from './operation-kind.js'
import { preparePrices, summaryOf } from './summary.js'
import { withSpanAndSlot } from './call-slot.js'
import * as semconv from '../semconv.js'
import { guard, runHook } from '../../kernel/guard.js'
import { settings, type TelemetrySettings } from '../settings.js'
import { hasListener, silentSpan, startSpan } from './start-span.js'

export class OuterCall extends BaseCall {
  readonly context: Context
  readonly span: Span
  readonly recording: boolean
  readonly content: boolean
  readonly start: CallStart
  private asked: Pick<CallStart, 'operation' | 'model'>
  private readonly unseen: UnseenCall
  private readonly settings: TelemetrySettings
  private readonly provider: string
  private readonly server: ReturnType<typeof serverOf>
  private known: Attributes | undefined
  /** Facts of the layers below, which see the wire. Newest last. */
  private readonly inner: Facts[] = []
  /** Open calls below. */
  private open = 0
  private endsWithInner = false
  private answerHidden = false
  /** Content of the event that is added when the call ends. */
  private event: Attributes | undefined
  /** What is billed by the request alone. */
  private billed: Partial<Usage> | undefined

  constructor(parent: Context, start: CallStart) {
    super(start.mask)
    const current = settings()
    this.settings = current
    this.start = start
    this.asked = start
    const { baseURL, startTime } = start
    if (startTime !== undefined) this.startedAt -= Math.max(0, Date.now() - startTime)
    const server = baseURL === undefined ? undefined : guard('server', serverOf, baseURL)
    const host = server && guard('identifyHost', current.identifyHost, server.address)
    this.provider = host?.provider ?? start.provider
    this.server = server
    this.span = hasListener() ? this.startedSpan(parent) : silentSpan(parent)
    this.recording = guard('span', isRecording, this.span) === true
    this.content = this.recording && current.capture !== 'none'
    this.context = withSpanAndSlot(parent, this.span instanceof CompletedSpan ? this.span.span : this.span, {
      call: this,
      span: this.span,
      layer: start.layer,
      start,
      server: server?.address,
      injects: start.injects,
    })
    this.unseen = { operation: kindOf(start.operation), model: start.model, server: server?.address }
    callBegins(this.unseen)
    if (!this.recording) return
    guard('request', recordRequest, this, parent)
    guard('price', preparePrices, current)
    const { onSpanStart } = current
    if (onSpanStart) runHook('onSpanStart', () => onSpanStart(this.span))
  }

  get completes(): string | undefined {
    return this.span instanceof CompletedSpan ? this.span.tool : undefined
  }

  seen(): void {
    callIsSeen(this.unseen)
  }

  asks(asked: AskedLater): void {
    if (this.ended) return
    const { operation = this.asked.operation, model = this.asked.model, request } = asked
    this.asked = { operation, model }
    this.known = undefined
    if (!this.recording) return
    guard('attributes', () => this.span.setAttributes(this.attributes).updateName(this.nameOf(operation, model)))
    if (request) guard('request', () => this.span.setAttributes(this.requested(request, {})))
  }

  private startedSpan(parent: Context): Span {
    const { startTime } = this.start
    const { operation, model } = this.asked
    const { attributes } = this
    const foreign = this.settings.completesForeign ? guard('foreign', foreignSpan, parent, this.start) : undefined
    if (foreign) {
      guard('attributes', setAttributes, foreign, attributes)
      return foreign
    }
    const options: SpanOptions = { kind: SpanKind.CLIENT, attributes }
    if (startTime !== undefined) options.startTime = startTime
    return startSpan(this.nameOf(operation, model), options, parent)
  }

  private nameOf(operation: semconv.OperationName, model: string | undefined): string {
    const agent = operation === 'invoke_agent' ? this.start.attributes?.[semconv.AGENT_NAME] : undefined
    const target = typeof agent === 'string' ? agent : model
    return target === undefined || target === '' ? operation : `${operation} ${target}`
  }

  /** The attributes at the start of the span. */
  private get attributes(): Attributes {
    if (this.known) return this.known
    const { mask } = this.start
    const { operation, model } = this.asked
    const known: Attributes = { [semconv.OPERATION_NAME]: operation, [semconv.PROVIDER_NAME]: this.provider }
    if (model !== undefined) known[semconv.REQUEST_MODEL] = model
    if (this.server) {
      known[semconv.SERVER_ADDRESS] = this.server.address
      known[semconv.SERVER_PORT] = this.server.port
    }
    this.known = guard('attributes', boundedAttributes, known, mask) ?? {}
    return this.known
  }

  /** A call begins below. */
  enter(): void {
    this.open += 1
  }

  /** A call below has ended. */
  absorb(facts: Facts, outcome: CallEnd): void {
    this.inner.push(facts)
    this.open -= 1
    if (this.endsWithInner && this.open === 0) this.end(outcome)
  }

  hideAnswer(): void {
    this.answerHidden = true
  }

  endWithInner(): boolean {
    if (this.open > 0) this.endsWithInner = true
    else if (this.inner.length > 0) this.end()
    else return false
    return true
  }

  end(outcome: CallEnd = {}): void {
    if (this.ended) return
    this.ended = true
    callIsSeen(this.unseen)
    const { billed, facts } = this
    if (billed && outcome.error === undefined && facts.other?.usage === undefined)
      facts.other = { id: '', model: '', ...facts.other, usage: billed }
    const measured = metering()
    const summary = this.recording || measured ? guard('response', summarize, this, outcome) : undefined
    if (measured) this.measure(summary ?? {}, outcome)
    if (this.recording) this.record(summary, outcome)
    guard('end', endSpan, this.span)
  }

  /** Writes the outcome of the call to the span. */
  private record(summary: Attributes | undefined, { error }: CallEnd): void {
    if (summary) guard('response', setAttributes, this.span, summary)
    if (error !== undefined) guard('error', recordError, this.span, error)
    if (this.content) {
      guard('content', () => {
        if (!this.answerHidden)
          this.recordContent(
            undefined,
            this.inner.findLast((facts) => facts.chat)?.chat ?? this.facts.chat,
            error !== undefined,
          )
        if (this.event) this.span.addEvent(semconv.EVENT_OPERATION_DETAILS, this.event)
      })
    }
    const { onSpanEnd } = this.settings
    if (onSpanEnd) runHook('onSpanEnd', () => onSpanEnd(this.span))
  }

  /** Counts tokens only if the answer was read: an SDK's answer is not read when no span records it. */
  private measure(summary: Attributes, { error }: CallEnd): void {
    const seconds = (performance.now() - this.startedAt) / 1000
    const isMeasured = this.span instanceof CompletedSpan && this.span.isMeasured
    const errorType = error === undefined ? undefined : errorTypeOf(error)
    recordCall(seconds, { ...this.attributes, ...summary }, errorType, isMeasured)
  }

  recordRequest(parent: Context): void {
    const { start } = this
    const request = guard('request', requestOf, start, this.content)
    const attributes = identityAttributes(parent)
    if (start.attributes) Object.assign(attributes, start.attributes)
    this.span.setAttributes(request ? this.requested(request, attributes) : boundedAttributes(attributes, start.mask))
  }

  /** Records the content, and gives back the attributes with those of the request. */
  private requested(request: CallRequest, attributes: Attributes): Attributes {
    requestAttributes(request, attributes)
    if ('other' in request) this.billed = request.usage
    if (this.content && 'chat' in request) this.recordContent(request.chat, undefined)
    return boundedAttributes(attributes, this.start.mask)
  }

  summary({ error }: CallEnd): Attributes {
    return summaryOf(this.facts, this.inner, {
      settings: this.settings,
      provider: this.provider,
      model: this.asked.model,
      server: this.server?.address,
      failed: error !== undefined,
    })
  }

  private recordContent(request: ChatRequest | undefined, response: ChatCompletion | undefined, failed = false): void {
    const { onSpan, onEvent } = contentAttributes(request, response, this.settings, failed)
    if (onSpan) this.span.setAttributes(onSpan)
    if (onEvent) this.event = { ...this.event, ...onEvent }
  }
}

function requestOf({ request }: CallStart, content: boolean): CallRequest | undefined {
  return typeof request === 'function' ? request(content) : request
}

function requestAttributes(request: CallRequest, attributes: Attributes): void {
  if ('chat' in request) chatRequestAttributes(request.chat, attributes)
  else if ('embeddings' in request) embeddingsRequestAttributes(request.embeddings, attributes)
  else Object.assign(attributes, request.other)
}

// Functions for `guard`, each made once for all calls.
const isRecording = (span: Span): boolean => span.isRecording()
const recordRequest = (call: OuterCall, parent: Context): void => call.recordRequest(parent)
const summarize = (call: OuterCall, outcome: CallEnd): Attributes => call.summary(outcome)
const endSpan = (span: Span): void => span.end()

function setAttributes(span: Span, attributes: Attributes): void {
  span.setAttributes(attributes)
}

function recordError(span: Span, error: unknown): void {
  const type = errorTypeOf(error)
  const status = statusOf(error)
  span.setAttribute(semconv.ERROR_TYPE, type)
  if (status !== undefined) span.setAttribute(semconv.HTTP_STATUS, status)
  // The type instead of the provider's message, which may quote the prompt or a key.
  span.setStatus({ code: SpanStatusCode.ERROR, message: type })
}
