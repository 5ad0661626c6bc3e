/**
 * A model call as telemetry sees it: one inference (or embeddings) span from start to end, whichever
 * layer makes the call. A call that starts inside another open one adds no span; what it learns from the
 * wire completes the outer span.
 */
import { context, SpanKind, SpanStatusCode, trace, type Attributes, type Context, type Span } from '@opentelemetry/api'
import type { ChatCompletion, ChatRequest, EmbeddingsRequest, EmbeddingsResponse, Usage } from '../kernel/hub.js'
import { VERSION } from '../kernel/version.js'
import {
  chatRequestAttributes,
  chatResponseAttributes,
  embeddingsRequestAttributes,
  embeddingsResponseAttributes,
  errorTypeOf,
  responseHeaderAttributes,
  serverOf,
  statusOf,
} from './attributes.js'
import { contentAttributes } from './content.js'
import { identityAttributes } from './identity.js'
import { scopeOf, withScope, type CallScope } from './scope.js'
import * as semconv from './semconv.js'
import { guard, settings, type TelemetrySettings } from './settings.js'

export type CallRequest = { readonly chat: ChatRequest } | { readonly embeddings: EmbeddingsRequest }
export type CallResponse = { readonly chat: ChatCompletion } | { readonly embeddings: EmbeddingsResponse }

export interface CallStart {
  readonly operation: semconv.Operation
  /** Value of `gen_ai.provider.name` unless the host says better. */
  readonly provider: string
  readonly model: string | undefined
  /**
   * The request in hub shape. A function is called once, only if the span records, with whether messages
   * are wanted; content is read at that moment, so later changes by the program do not show.
   */
  readonly request: CallRequest | ((content: boolean) => CallRequest | undefined) | undefined
  /** Where the client sends the request; gives `server.address` and `server.port`. */
  readonly baseURL: string | undefined
  readonly attributes?: Attributes
  /** Parent; default the active context. */
  readonly parent?: Context
}

export interface CallEnd {
  /** The error that the caller gets. */
  readonly error?: unknown
}

export interface Call {
  /** Run the request in this context: it carries the span and the call's scope. */
  readonly context: Context
  readonly span: Span | undefined
  /** Whether what follows is worth computing. */
  readonly recording: boolean
  /** Whether messages are wanted, so that decoders read them. */
  readonly content: boolean
  readonly ended: boolean
  /** The first piece of a streamed answer is there. Later calls cost nothing. */
  chunk(): void
  headers(headers: Pick<Headers, 'forEach'>): void
  response(response: CallResponse): void
  /** Attributes that the decoders do not know of. */
  set(attributes: Attributes): void
  /** Ends the span. Only the first call counts. */
  end(outcome?: CallEnd): void
}

const tracer = () => trace.getTracer('tracestitch', VERSION)

/** Starts a call, or joins the one that is open in the context. Never throws. */
export function startCall(start: CallStart): Call {
  const parent = start.parent ?? context.active()
  const scope = scopeOf(parent)
  if (scope?.call && !scope.call.ended) return new InnerCall(parent, scope.call as OuterCall, start)
  return new OuterCall(parent, start)
}

/** Facts that only come while the call runs. */
interface Facts {
  chat?: ChatCompletion
  embeddings?: EmbeddingsResponse
  /** Seconds. */
  firstChunk?: number
  attributes: Attributes
}

abstract class BaseCall implements Call {
  abstract readonly context: Context
  abstract readonly span: Span | undefined
  abstract readonly recording: boolean
  abstract readonly content: boolean
  abstract end(outcome?: CallEnd): void
  ended = false
  protected readonly facts: Facts = { attributes: {} }
  protected readonly startedAt = performance.now()

  chunk(): void {
    this.facts.firstChunk ??= (performance.now() - this.startedAt) / 1000
  }

  headers(headers: Pick<Headers, 'forEach'>): void {
    if (this.recording) this.set(guard('headers', () => responseHeaderAttributes(headers)) ?? {})
  }

  response(response: CallResponse): void {
    if ('chat' in response) this.facts.chat = response.chat
    else this.facts.embeddings = response.embeddings
  }

  set(attributes: Attributes): void {
    Object.assign(this.facts.attributes, attributes)
  }
}

class OuterCall extends BaseCall {
  readonly context: Context
  readonly span: Span
  readonly recording: boolean
  readonly content: boolean
  private readonly settings: TelemetrySettings
  private readonly start: CallStart
  private readonly provider: string
  /** Facts of calls below, newest last: they saw the wire. */
  private readonly inner: Facts[] = []
  /** Content for the event, which is added when the call ends. */
  private event: Attributes | undefined

  constructor(parent: Context, start: CallStart) {
    super()
    this.settings = settings()
    this.start = start
    const server = start.baseURL === undefined ? undefined : serverOf(start.baseURL)
    this.provider = (server && guard('identifyHost', () => this.settings.identifyHost(server.address)?.provider)) ?? start.provider
    const attributes: Attributes = {
      [semconv.OPERATION_NAME]: start.operation,
      [semconv.PROVIDER_NAME]: this.provider,
      ...(start.model !== undefined && { [semconv.REQUEST_MODEL]: start.model }),
      ...(server && { [semconv.SERVER_ADDRESS]: server.address, [semconv.SERVER_PORT]: server.port }),
    }
    const name = start.model === undefined ? start.operation : `${start.operation} ${start.model}`
    this.span = tracer().startSpan(name, { kind: SpanKind.CLIENT, attributes }, parent)
    this.recording = this.span.isRecording()
    this.content = this.recording && this.settings.capture !== 'none'
    const scope: CallScope = { call: this, span: this.span }
    this.context = withScope(trace.setSpan(parent, this.span), scope)
    if (!this.recording) return
    guard('request', () => {
      this.span.setAttributes({ ...identityAttributes(parent), ...start.attributes })
      const request = typeof start.request === 'function' ? start.request(this.content) : start.request
      if (!request) return
      this.span.setAttributes(requestAttributes(request))
      if (this.content && 'chat' in request) this.recordContent(request.chat, undefined)
    })
    const { onSpanStart } = this.settings
    if (onSpanStart) guard('onSpanStart', () => onSpanStart(this.span))
  }

  absorb(facts: Facts): void {
    this.inner.push(facts)
  }

  end(outcome: CallEnd = {}): void {
    if (this.ended) return
    this.ended = true
    if (this.recording) {
      guard('response', () => this.span.setAttributes(this.responseAttributes()))
      if (outcome.error !== undefined) {
        const type = errorTypeOf(outcome.error)
        const status = statusOf(outcome.error)
        this.span.setAttributes({ [semconv.ERROR_TYPE]: type, ...(status !== undefined && { [semconv.HTTP_STATUS]: status }) })
        // The provider's message may quote the prompt or a key, so the type stands for it.
        this.span.setStatus({ code: SpanStatusCode.ERROR, message: type })
      }
      if (this.content) {
        guard('content', () => {
          this.recordContent(undefined, this.facts.chat ?? this.inner.at(-1)?.chat)
          if (this.event) this.span.addEvent(semconv.EVENT_OPERATION_DETAILS, this.event)
        })
      }
      const { onSpanEnd } = this.settings
      if (onSpanEnd) guard('onSpanEnd', () => onSpanEnd(this.span))
    }
    guard('end', () => this.span.end())
  }

  private responseAttributes(): Attributes {
    const attributes: Attributes = {}
    const usages: Usage[] = []
    for (const facts of [this.facts, ...this.inner]) {
      Object.assign(attributes, facts.attributes)
      if (facts.firstChunk !== undefined) attributes[semconv.RESPONSE_TIME_TO_FIRST_CHUNK] = facts.firstChunk
      if (facts.chat) {
        Object.assign(attributes, chatResponseAttributes(facts.chat, this.settings))
        if (facts.chat.usage) usages.push(facts.chat.usage)
      }
      if (facts.embeddings) Object.assign(attributes, embeddingsResponseAttributes(facts.embeddings))
    }
    // A layer that knows the price has set it.
    const cost = attributes[semconv.USAGE_COST] ?? this.costOf(usages.at(-1) ?? this.facts.embeddings?.usage, attributes)
    if (cost !== undefined) attributes[semconv.USAGE_COST] = cost
    return attributes
  }

  private costOf(usage: (object & { cost?: number }) | undefined, attributes: Attributes): number | undefined {
    if (!usage) return undefined
    if (usage.cost !== undefined) return usage.cost
    const { price } = this.settings
    const model = attributes[semconv.RESPONSE_MODEL] ?? this.start.model
    if (!price || typeof model !== 'string') return undefined
    return guard('price', () => price({ provider: this.provider, model, usage, at: Date.now() }))
  }

  private recordContent(request: ChatRequest | undefined, response: ChatCompletion | undefined): void {
    const { onSpan, onEvent } = contentAttributes(request, response, this.settings)
    if (onSpan) this.span.setAttributes(onSpan)
    if (onEvent) this.event = { ...this.event, ...onEvent }
  }
}

/** A call inside a call: it has no span, and hands what it learns to the outer one. */
class InnerCall extends BaseCall {
  readonly context: Context
  readonly span: Span | undefined
  readonly recording: boolean
  readonly content: boolean
  private readonly outer: OuterCall

  constructor(parent: Context, outer: OuterCall, start: CallStart) {
    super()
    this.context = parent
    this.outer = outer
    this.span = outer.span
    this.recording = outer.recording
    this.content = outer.content
    const server = start.baseURL === undefined ? undefined : serverOf(start.baseURL)
    if (server) this.set({ [semconv.SERVER_ADDRESS]: server.address, [semconv.SERVER_PORT]: server.port })
  }

  end(outcome: CallEnd = {}): void {
    if (this.ended) return
    this.ended = true
    // Whether the outer call fails is for the outer layer to say: it may try again.
    if (outcome.error === undefined || this.facts.chat) this.outer.absorb(this.facts)
  }
}

function requestAttributes(request: CallRequest): Attributes {
  return 'chat' in request ? chatRequestAttributes(request.chat) : embeddingsRequestAttributes(request.embeddings)
}
