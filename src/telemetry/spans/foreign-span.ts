/**
 * The span that another tool has made for the call that begins here. It stays the only one: what it lacks is added, nothing on it
 * is changed, and the tool ends it.
 */
import { SpanStatusCode, trace, type Attributes, type Context, type Span, type SpanStatus } from '@opentelemetry/api'
import { isObject } from '../../kernel/json.js'
import { guard } from '../../kernel/guard.js'
import { atExit } from './abandoned.js'
import type { CallStart } from './call-types.js'
import { slotOf } from './call-slot.js'
import { registeredProvider } from '../set-up/global-api.js'
import { kindOf } from './operation-kind.js'
import * as semconv from '../semconv.js'

/** Members of spans beyond the API. */
interface Readable extends Span {
  readonly attributes?: Attributes
  readonly status?: SpanStatus
  readonly resource?: object
  readonly instrumentationScope?: { readonly name: string }
  /** Before 2.0 of the SDK. */
  readonly instrumentationLibrary?: { readonly name: string }
  /** On Sentry's own spans: `data` in version 10, `attributes` in 11. */
  getSpanJSON?(): { readonly data?: Attributes; readonly attributes?: Attributes }
  /** On OpenInference's spans, which wrap those of the SDK. */
  readonly span?: Readable
}

/** How a tool marks a span as a model call: an attribute, what its values mean, and the attributes with the model. */
interface Dialect {
  readonly attribute: string
  /** Default: the value is an operation of the conventions. */
  readonly kinds?: Readonly<Record<string, string>>
  readonly models: readonly string[]
}

const DIALECTS: readonly Dialect[] = [
  { attribute: semconv.OPERATION_NAME, models: [semconv.REQUEST_MODEL] },
  // OpenInference (https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md).
  {
    attribute: 'openinference.span.kind',
    kinds: { LLM: 'chat', EMBEDDING: 'embeddings' },
    models: ['llm.model_name', 'embedding.model_name'],
  },
  // Traceloop, before it used the names of the conventions.
  {
    attribute: 'llm.request.type',
    kinds: { chat: 'chat', completion: 'chat', embedding: 'embeddings' },
    models: [semconv.REQUEST_MODEL],
  },
  // Langfuse (https://langfuse.com/integrations/native/opentelemetry).
  {
    attribute: 'langfuse.observation.type',
    kinds: { generation: 'chat', embedding: 'embeddings' },
    models: ['langfuse.observation.model.name'],
  },
]

/** Tools that also measure each call whose span they make: `gen_ai.client.operation.duration` and `.token.usage`. */
const MEASURING: ReadonlySet<string> = new Set(['@opentelemetry/instrumentation-openai'])

/** The state of the call for which a foreign span was completed. */
const completed = new WeakMap<Span, 'open' | 'failed' | 'done'>()

/**
 * @returns A wrapper of the active span, if another tool has made that for this call. `undefined`: the call needs a span of its
 *   own.
 */
export function foreignSpan(parent: Context, start: CallStart): CompletedSpan | undefined {
  const span: Readable | undefined = trace.getSpan(parent)
  if (!span || slotOf(parent)?.span === span || !span.isRecording()) return undefined
  const attributes = attributesOf(span)
  if (!attributes || !isOf(attributes, start) || !goesWhereOursGo(span)) return undefined
  // A call that failed may be retried below the same span. After an answer, the next call is another one.
  const known = completed.get(span)
  if (known === 'open' || known === 'done') return undefined
  return new CompletedSpan(span, toolOf(span, attributes))
}

/** The span that can be read. */
const readable = (span: Readable): Readable => (isObject(span.span) ? span.span : span)

function attributesOf(span: Readable): Attributes | undefined {
  const seen = readable(span)
  if (seen.attributes) return seen.attributes
  const json = seen.getSpanJSON?.()
  return json?.attributes ?? json?.data
}

function isOf(attributes: Attributes, { operation, model }: CallStart): boolean {
  for (const { attribute, kinds, models } of DIALECTS) {
    const said = attributes[attribute]
    if (typeof said !== 'string') continue
    if ((kinds ? kinds[said] : kindOf(said)) !== kindOf(operation)) continue
    const named = models.map((name) => attributes[name]).find((name) => name !== undefined)
    return named === undefined || model === undefined || named === model
  }
  return false
}

function toolOf(span: Readable, attributes: Attributes): string {
  const { instrumentationScope, instrumentationLibrary } = readable(span)
  const scope = instrumentationScope ?? instrumentationLibrary
  const origin = attributes['sentry.origin']
  return scope?.name ?? (typeof origin === 'string' ? `Sentry (${origin})` : 'another tool')
}

/** Whether our exporter gets the span: a tool may have a tracer provider of its own. Spans that are not the SDK's have no resource. */
function goesWhereOursGo(span: Readable): boolean {
  const { resource } = readable(span)
  return resource === undefined || resource === resourceOf(registeredProvider())
}

/** The resource of a provider of the SDK, which is private only in its types. */
function resourceOf(provider: unknown): unknown {
  if (!isObject(provider)) return undefined
  const { getDelegate } = provider
  if (typeof getDelegate === 'function') return resourceOf(Reflect.apply(getDelegate, provider, []))
  return provider['resource'] ?? provider['_resource']
}

/** Adds to the span what it does not have yet. */
export class CompletedSpan implements Span {
  /** The span itself. */
  readonly span: Span
  /** Name of the tool. */
  readonly tool: string
  private failed = false

  constructor(span: Span, tool: string) {
    this.span = span
    this.tool = tool
    completed.set(span, 'open')
  }

  /** Whether its tool puts the call into metrics of its own. */
  get isMeasured(): boolean {
    return MEASURING.has(this.tool)
  }

  spanContext() {
    return this.span.spanContext()
  }

  isRecording(): boolean {
    return this.span.isRecording()
  }

  setAttribute(key: string, value: NonNullable<Attributes[string]>): this {
    return this.setAttributes({ [key]: value })
  }

  setAttributes(attributes: Attributes): this {
    const known = attributesOf(this.span) ?? {}
    const lacking = Object.entries(attributes).filter(([key]) => known[key] === undefined)
    if (lacking.length > 0) this.span.setAttributes(Object.fromEntries(lacking))
    return this
  }

  addEvent(...event: Parameters<Span['addEvent']>): this {
    this.span.addEvent(...event)
    return this
  }

  addLink(...link: Parameters<Span['addLink']>): this {
    this.span.addLink(...link)
    return this
  }

  addLinks(...links: Parameters<Span['addLinks']>): this {
    this.span.addLinks(...links)
    return this
  }

  setStatus(status: SpanStatus): this {
    if (status.code === SpanStatusCode.ERROR) this.failed = true
    const { status: known } = readable(this.span)
    if (known === undefined || known.code === SpanStatusCode.UNSET) this.span.setStatus(status)
    return this
  }

  /** Does nothing: the tool has named it. */
  updateName(): this {
    return this
  }

  recordException(...exception: Parameters<Span['recordException']>): void {
    this.span.recordException(...exception)
  }

  /** The call has ended. The tool ends the span. */
  end(): void {
    completed.set(this.span, this.failed ? 'failed' : 'done')
    if (this.span.isRecording()) leave(this.span)
  }
}

/** Milliseconds that a tool has to end its span after the call. */
const GRACE = 10_000

/** Open spans whose call has ended, each with that time in milliseconds since the epoch. */
const left = new Map<Span, number>()
let watch: NodeJS.Timeout | undefined
let watchesExit = false

/** Ends the span if the tool does not. Some tools never end a span when a call fails or a stream is not read to its end. */
function leave(span: Span): void {
  left.set(span, Date.now())
  watch ??= setInterval(endForgotten, GRACE / 2, GRACE).unref()
  if (watchesExit) return
  watchesExit = true
  atExit(() => endForgotten(0))
}

function endForgotten(grace: number): void {
  const now = Date.now()
  for (const [span, since] of left) {
    if (completed.get(span) === 'open' || !span.isRecording()) left.delete(span)
    else if (now - since >= grace) {
      left.delete(span)
      guard('end', () => span.end(since))
    }
  }
  if (left.size > 0) return
  clearInterval(watch)
  watch = undefined
}
