/** Spans around model calls: agents, workflows, tools, retrievals, and manual spans of the user. */
import { context, SpanKind, SpanStatusCode, trace, type Attributes, type Context, type Span } from '@opentelemetry/api'
import { VERSION } from '../kernel/version.js'
import { errorTypeOf } from './attributes.js'
import { identityAttributes } from './identity.js'
import * as semconv from './semconv.js'
import { guard, settings } from './settings.js'

export type StepKind = 'agent' | 'workflow' | 'tool' | 'retriever' | 'chain'

const OPERATION: Record<StepKind, semconv.Operation | undefined> = {
  agent: 'invoke_agent',
  workflow: 'invoke_workflow',
  tool: 'execute_tool',
  retriever: 'retrieval',
  chain: undefined,
}

const NAME_KEY: Partial<Record<StepKind, string>> = {
  agent: semconv.AGENT_NAME,
  workflow: semconv.AGENT_NAME,
  tool: semconv.TOOL_NAME,
  retriever: semconv.DATA_SOURCE_ID,
}

export interface Step {
  /** Context in which the step's own work runs. */
  readonly context: Context
  readonly span: Span
  readonly recording: boolean
  /** Whether inputs and outputs may be recorded. */
  readonly content: boolean
  set(attributes: Attributes): void
  /** Ends the span. Only the first call counts. */
  end(outcome?: { readonly error?: unknown }): void
}

/**
 * Starts a span of the given kind. Its name follows the conventions: `invoke_agent planner`,
 * `execute_tool search`; a chain is named as it is.
 */
export function startStep(kind: StepKind, name: string, options: { readonly attributes?: Attributes; readonly parent?: Context } = {}): Step {
  const parent = options.parent ?? context.active()
  const current = settings()
  const operation = OPERATION[kind]
  const nameKey = NAME_KEY[kind]
  const span = trace.getTracer('tracestitch', VERSION).startSpan(
    operation === undefined ? name : `${operation} ${name}`,
    {
      kind: kind === 'retriever' ? SpanKind.CLIENT : SpanKind.INTERNAL,
      attributes: {
        ...(operation !== undefined && { [semconv.OPERATION_NAME]: operation }),
        ...(nameKey !== undefined && { [nameKey]: name }),
        ...options.attributes,
      },
    },
    parent,
  )
  const recording = span.isRecording()
  if (recording) {
    guard('identity', () => span.setAttributes(identityAttributes(parent)))
    const { onSpanStart } = current
    if (onSpanStart) guard('onSpanStart', () => onSpanStart(span))
  }
  let ended = false
  return {
    context: trace.setSpan(parent, span),
    span,
    recording,
    content: recording && (current.capture === 'span' || current.capture === 'both'),
    set: (attributes) => {
      span.setAttributes(attributes)
    },
    end({ error } = {}) {
      if (ended) return
      ended = true
      if (recording && error !== undefined) {
        const type = errorTypeOf(error)
        span.setAttribute(semconv.ERROR_TYPE, type)
        span.setStatus({ code: SpanStatusCode.ERROR, message: type })
      }
      const { onSpanEnd } = current
      if (recording && onSpanEnd) guard('onSpanEnd', () => onSpanEnd(span))
      guard('end', () => span.end())
    },
  }
}

export interface TraceOptions {
  /** What the span stands for. Default `chain`: a plain span with the name as given. */
  readonly kind?: StepKind
  readonly attributes?: Attributes
}

/**
 * Runs `fn` inside a span of its own and returns what it returns. The span ends when `fn` has returned
 * or its promise has settled; an error marks the span and is thrown on as it is.
 */
export function traced<T>(name: string, fn: (span: Span) => T, options: TraceOptions = {}): T {
  const step = startStep(options.kind ?? 'chain', name, options.attributes ? { attributes: options.attributes } : {})
  let result: T
  try {
    result = context.with(step.context, () => fn(step.span))
  } catch (error) {
    step.end({ error })
    throw error
  }
  if (!isThenable(result)) {
    step.end()
    return result
  }
  return result.then(
    (value) => {
      step.end()
      return value
    },
    (error: unknown) => {
      step.end({ error })
      throw error
    },
  ) as T
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
