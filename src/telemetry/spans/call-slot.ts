/**
 * The model call that is open in the current context. A layer below (an SDK under a framework, a request under an SDK) finds the
 * call here and completes it, instead of adding a second span.
 */
import { CallContext } from './call-context.js'
import { context, type Attributes, type Context, type Span } from '@opentelemetry/api'
import { contextKey } from './context-key.js'
import type { Call, CallStart, Layer } from './call-types.js'

export type { Layer } from './call-types.js'

/** What a request needs to know of the step that makes it, such as one of a vector store. */
export interface RequestingStep {
  readonly ended: boolean
  readonly recording: boolean
  set(attributes: Attributes): void
}

export interface CallSlot {
  /** `undefined` while a framework has opened the slot but not yet reported a call. */
  call: Call | undefined
  /** Instead of a call: the step that makes the requests. */
  readonly step?: RequestingStep
  /** The parent span of requests on the wire: an attempt's, or the call's own. */
  span: Span | undefined
  /** Whether a call began in the empty slot: then the layer below has made the span. */
  used?: boolean
  /** Innermost layer of the call so far. Default `framework`. */
  readonly layer?: Layer | undefined
  /** Host that the call is addressed to. Requests to other hosts do not belong to it. */
  readonly server?: string | undefined
  /** The start of the call in the innermost layer. */
  readonly start?: CallStart
  /** Whether the layer adds trace headers to its requests itself, so that none are added on the wire. */
  readonly injects?: boolean | undefined
}

// A registered symbol, so that every copy of this package finds the same key.
const SLOT = contextKey('tracestitch.call')

export function slotOf(current: Context): CallSlot | undefined {
  return current.getValue(SLOT) as CallSlot | undefined
}

/** `current` with `span` as the active one and `slot` as the innermost call slot. */
export function withSpanAndSlot(current: Context, span: Span, slot: CallSlot): Context {
  return new CallContext(current, span, SLOT, slot)
}

/** The call that is open in the active context. */
export function openCall(): Call | undefined {
  const call = slotOf(context.active())?.call
  return call?.ended === false ? call : undefined
}

/** `current` with `slot` as the innermost call slot. */
export function withSlot(current: Context, slot: CallSlot): Context {
  return current.setValue(SLOT, slot)
}

/**
 * Runs `run` in an empty slot. Used around the call of a framework whose hook reports a call only after it began. The hook then
 * fills the slot with {@link fillSlot}.
 */
export function runInOpenSlot<T>(run: () => T): T {
  return context.with(withSlot(context.active(), { call: undefined, span: undefined }), run)
}

/** Makes `call` the call of the innermost empty slot. @returns Whether there was one. */
export function fillSlot(call: Call, span: Span | undefined): boolean {
  const slot = slotOf(context.active())
  if (!slot || slot.call || slot.step) return false
  slot.call = call
  slot.span = span
  return true
}
