/** Spans around model calls: agents, workflows, tools, retrievals, and manual spans of the user. */
import {
  context,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Link,
  type Span,
} from '@opentelemetry/api'
import { boundedErrorType, errorTypeOf } from './error-type.js'
import { boundedAttributes } from '../content/bounded.js'
import { boundedJson } from '../content/content-limit.js'
import { withSlot, type CallSlot } from './call-slot.js'
import { contextKey } from './context-key.js'
import { contentText, redactPart } from '../content/recorded-content.js'
import { identityAttributes } from '../identity.js'
import * as semconv from '../semconv.js'
import { guard, runHook } from '../../kernel/guard.js'
import { isObject } from '../../kernel/json.js'
import { settings, type TelemetryPart, type TelemetrySettings } from '../settings.js'
import { startSpan } from './start-span.js'

/**
 * Kind of a span of `trace()`. `chain` is a plain step; the others are operations of the OpenTelemetry GenAI conventions.
 */
export type StepKind = 'agent' | 'workflow' | 'tool' | 'retriever' | 'chain'

/** Also for stores: the span of `memory` has only the operation as its name, such as `search_memory`. */
export type SpanSort = StepKind | 'memory'

const OPERATION: Record<SpanSort, semconv.OperationName | undefined> = {
  agent: 'invoke_agent',
  workflow: 'invoke_workflow',
  tool: 'execute_tool',
  retriever: 'retrieval',
  memory: undefined,
  chain: undefined,
}

const NAME_KEY: Partial<Record<SpanSort, string>> = {
  agent: semconv.AGENT_NAME,
  workflow: semconv.AGENT_NAME,
  tool: semconv.TOOL_NAME,
  retriever: semconv.DATA_SOURCE_ID,
  memory: semconv.OPERATION_NAME,
}

/** The attributes for the query of a store, and for what was found. */
const FOUND_KEYS: Partial<Record<SpanSort, { readonly query: string; readonly documents: string }>> = {
  retriever: { query: semconv.RETRIEVAL_QUERY, documents: semconv.RETRIEVAL_DOCUMENTS },
  memory: { query: semconv.MEMORY_QUERY, documents: semconv.MEMORY_RECORDS },
}

export interface Step {
  readonly kind: SpanSort
  readonly name: string
  readonly ended: boolean
  /** Context in which the step's own work runs. */
  readonly context: Context
  readonly span: Span
  readonly recording: boolean
  /** Whether inputs and outputs are recorded. */
  readonly content: boolean
  set(attributes: Attributes): void
  /** Records a tool's arguments, redacted and bounded. Does nothing unless content is captured. */
  recordArguments(value: unknown): void
  /** Records a tool's result, redacted and bounded. Does nothing unless content is captured. */
  recordResult(value: unknown): void
  /** Records what was searched for, redacted and bounded. Does nothing unless content is captured. */
  recordQuery(text: unknown): void
  /** Records a part of the request under `key`, redacted and bounded. Does nothing unless content is captured. */
  recordParameter(key: string, value: unknown): void
  /** Records what was found, redacted and bounded all together. Does nothing unless content is captured. */
  recordDocuments(documents: readonly RetrievedDocument[]): void
  /** Ends the span. Only the first call counts. */
  end(outcome?: StepEnd): void
}

/** A document that a retriever or a memory found. */
/** Values are as the store gave them. A score or a distance that is no number is left out. */
export interface RetrievedDocument {
  readonly id?: unknown
  /** Higher is better. */
  readonly score?: unknown
  /** Lower is better. Some stores return this instead. */
  readonly distance?: unknown
  /** Its text, or other content. */
  readonly content?: unknown
  readonly metadata?: unknown
}

export interface StepEnd {
  /** The error that was thrown. */
  readonly error?: unknown
  /** Value of `error.type`. Default: from `error`. Without `error`, for a failure that was not thrown. */
  readonly errorType?: string | undefined
}

export interface StepOptions {
  readonly attributes?: Attributes
  /** Default: the active context. */
  readonly parent?: Context
  /** The span kind. Default `client` for a retriever, otherwise `internal`. */
  readonly span?: StepSide
  readonly links?: Link[]
  /** Whether its requests carry trace context and show the address of the server, as for a model call. Default: no. */
  readonly requests?: boolean
}

export type StepSide = 'client' | 'server' | 'internal'

function kindOf(side: StepSide): SpanKind {
  if (side === 'client') return SpanKind.CLIENT
  return side === 'server' ? SpanKind.SERVER : SpanKind.INTERNAL
}

// A registered symbol, so that every copy of this package finds the same key.
const STEP = contextKey('tracestitch.step')

/** The innermost step of a context. It may have ended. */
export function stepOf(current: Context): Step | undefined {
  return current.getValue(STEP) as Step | undefined
}

/**
 * Starts a span of the given kind. Its name follows the conventions: `invoke_agent planner`,
 * `execute_tool search`; a chain is named as it is. Never throws.
 */
export function startStep(kind: SpanSort, name: string, options: StepOptions = {}): Step {
  return new RecordedStep(kind, name, options)
}

class RecordedStep implements Step {
  readonly kind: SpanSort
  readonly name: string
  readonly context: Context
  readonly span: Span
  readonly recording: boolean
  readonly content: boolean
  private readonly settings = settings()
  private readonly toolCallId: unknown
  ended = false

  constructor(kind: SpanSort, name: string, options: StepOptions) {
    const { attributes, parent = context.active(), span, links } = options
    const operation = OPERATION[kind]
    this.kind = kind
    this.name = name
    this.toolCallId = attributes?.[semconv.TOOL_CALL_ID]
    this.span = startSpan(
      operation === undefined ? name : name === '' ? operation : `${operation} ${name}`,
      {
        kind: kindOf(span ?? (FOUND_KEYS[kind] ? 'client' : 'internal')),
        ...(links && links.length > 0 && { links }),
        attributes: {
          ...(operation !== undefined && { [semconv.OPERATION_NAME]: operation }),
          ...boundedAttributes(nameAttributes(kind, name, this.settings)),
          ...attributes,
        },
      },
      parent,
    )
    const own = trace.setSpan(parent, this.span).setValue(STEP, this)
    this.context = options.requests ? withSlot(own, slotFor(this, attributes)) : own
    this.recording = guard('span', () => this.span.isRecording()) === true
    const { capture, onSpanStart } = this.settings
    this.content = this.recording && (capture === 'span' || capture === 'both')
    if (!this.recording) return
    guard('identity', () => this.span.setAttributes(boundedAttributes(identityAttributes(parent))))
    if (onSpanStart) runHook('onSpanStart', () => onSpanStart(this.span))
  }

  set(attributes: Attributes): void {
    guard('step', () => this.span.setAttributes(attributes))
  }

  recordArguments(value: unknown): void {
    const part = { type: 'tool_call', id: this.toolCallId, name: this.name, arguments: value }
    this.record(semconv.TOOL_CALL_ARGUMENTS, part, 'arguments')
  }

  recordResult(value: unknown): void {
    this.record(
      semconv.TOOL_CALL_RESULT,
      { type: 'tool_call_response', id: this.toolCallId, response: value },
      'response',
    )
  }

  private record(key: string, part: TelemetryPart, field: string): void {
    if (!this.content) return
    guard('content', () => {
      const text = contentText(part, field)
      if (text !== undefined) this.span.setAttribute(key, text)
    })
  }

  recordQuery(text: unknown): void {
    const keys = FOUND_KEYS[this.kind]
    if (keys) this.record(keys.query, { type: 'text', content: text }, 'content')
  }

  recordParameter(key: string, value: unknown): void {
    this.record(key, { type: 'generic', value }, 'value')
  }

  recordDocuments(documents: readonly RetrievedDocument[]): void {
    const keys = FOUND_KEYS[this.kind]
    if (!keys || !this.content) return
    guard('content', () => {
      const text = boundedJson(documents.map(documentOf), undefined, 'first')
      if (text !== undefined) this.span.setAttribute(keys.documents, text)
    })
  }

  end({ error, errorType }: StepEnd = {}): void {
    if (this.ended) return
    this.ended = true
    if (this.recording) {
      if (error !== undefined || errorType !== undefined)
        guard('error', () =>
          this.recordError(errorType === undefined ? errorTypeOf(error) : boundedErrorType(errorType)),
        )
      const { onSpanEnd } = this.settings
      if (onSpanEnd) runHook('onSpanEnd', () => onSpanEnd(this.span))
    }
    guard('end', () => this.span.end())
  }

  private recordError(type: string): void {
    this.span.setAttribute(semconv.ERROR_TYPE, type)
    this.span.setStatus({ code: SpanStatusCode.ERROR, message: type })
  }
}

/** If the address of the server is known, requests to other hosts do not belong to the step. */
function slotFor(step: Step, attributes: Attributes = {}): CallSlot {
  const server = attributes[semconv.SERVER_ADDRESS]
  return { call: undefined, span: step.span, step, ...(typeof server === 'string' && { server }) }
}

/** Without text or metadata that the redactor has removed. */
function documentOf({ id, score, distance, content, metadata }: RetrievedDocument): object {
  const text = content == null ? undefined : contentText({ type: 'text', content }, 'content')
  const more = metadata == null ? undefined : redactPart({ type: 'generic', value: metadata })?.['value']
  return {
    ...(id !== undefined && { id }),
    ...(typeof score === 'number' && { score }),
    ...(typeof distance === 'number' && { distance }),
    ...(text !== undefined && { content: text }),
    ...(hasContent(more) && { metadata: more }),
  }
}

function hasContent(value: unknown): boolean {
  return value !== undefined && !(isObject(value) && Object.keys(value).length === 0)
}

/** Version 1.41 of the conventions has another name for workflows. */
function nameAttributes(kind: SpanSort, name: string, { semconv: version }: TelemetrySettings): Attributes {
  const key = NAME_KEY[kind]
  if (key === undefined || name === '') return {}
  if (kind !== 'workflow' || version === 'latest') return { [key]: name }
  return version === 'both' ? { [key]: name, [semconv.WORKFLOW_NAME]: name } : { [semconv.WORKFLOW_NAME]: name }
}
