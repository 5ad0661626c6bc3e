/**
 * The model call that is open in the current context. A layer below (an SDK under a framework, a request
 * under an SDK) finds the call here and completes it, instead of adding a span beside it.
 */
import { CallContext } from './call-context.js'
import { context, type Attributes, type Context, type Span } from '@opentelemetry/api'
import { contextKey } from './context-key.js'
import type { Call, CallStart, Layer } from './call-types.js'

export type { Layer } from './call-types.js'

/** What a request of it needs to know of a step, such as one of a store. */
export interface RequestingStep {
  readonly ended: boolean
  readonly recording: boolean
  set(attributes: Attributes): void
}

export interface CallSlot {
  /** Empty while a framework has opened the slot and not yet said that a call began. */
  call: Call | undefined
  /** In place of a call: the step whose requests these are. */
  readonly step?: RequestingStep
  /** Span that wire requests name as their parent: an attempt's, or the call's own. */
  span: Span | undefined
  /** A call began in it while it was empty: the layer below made the span. */
  used?: boolean
  /** Innermost layer of the call so far. Default `framework`. */
  readonly layer?: Layer | undefined
  /** Host that the call is addressed to; other hosts have no part in it. */
  readonly server?: string | undefined
  /** What the innermost layer began it with. */
  readonly start?: CallStart
  /** The layer gives its requests their trace headers itself, so none are added as they leave. */
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
 * Runs `run` in an empty slot. A framework whose hook is told of a call only after it began wraps the
 * call with this; the hook then fills the slot with {@link fillSlot}.
 */
export function runInOpenSlot<T>(run: () => T): T {
  return context.with(withSlot(context.active(), { call: undefined, span: undefined }), run)
}

/** Names `call` as the call of the innermost empty slot. Returns whether there was one. */
export function fillSlot(call: Call, span: Span | undefined): boolean {
  const slot = slotOf(context.active())
  if (!slot || slot.call || slot.step) return false
  slot.call = call
  slot.span = span
  return true
}
