/**
 * The model call that is open in the current context. A layer below (an SDK under a framework, a request
 * under an SDK) finds the call here and completes it, instead of adding a span beside it.
 */
import { CallContext } from './call-context.js'
import { contextKey } from './context-key.js'
import { context, type Context, type Span } from '@opentelemetry/api'
import type { Call, Layer } from './call-types.js'

export type { Layer } from './call-types.js'

export interface CallScope {
  /** Empty while a framework has opened the scope and not yet said that a call began. */
  call: Call | undefined
  /** Span that wire requests name as their parent: an attempt's, or the call's own. */
  span: Span | undefined
  /** A call began in it while it was empty: the layer below made the span. */
  used?: boolean
  /** Innermost layer of the call so far. Default `framework`. */
  readonly layer?: Layer | undefined
  /** Host that the call is addressed to; other hosts have no part in it. */
  readonly server?: string | undefined
  /** The layer gives its requests their trace headers itself, so none are added as they leave. */
  readonly injects?: boolean | undefined
}

// A registered symbol, so that every copy of this package finds the same key.
const SCOPE = contextKey('tracestitch.call')

export function scopeOf(current: Context): CallScope | undefined {
  return current.getValue(SCOPE) as CallScope | undefined
}

/** `current` with `span` as the active one and `scope` as the innermost call scope. */
export function withSpanAndScope(current: Context, span: Span, scope: CallScope): Context {
  return new CallContext(current, span, SCOPE, scope)
}

/** The call that is open in the active context. */
export function openCall(): Call | undefined {
  const call = scopeOf(context.active())?.call
  return call?.ended === false ? call : undefined
}

/** `current` with `scope` as the innermost call scope. */
export function withScope(current: Context, scope: CallScope): Context {
  return current.setValue(SCOPE, scope)
}

/**
 * Runs `run` in an empty scope. A framework whose hook is told of a call only after it began wraps the
 * call with this; the hook then fills the scope with {@link fillScope}.
 */
export function runInOpenScope<T>(run: () => T): T {
  return context.with(withScope(context.active(), { call: undefined, span: undefined }), run)
}

/** Names `call` as the call of the innermost empty scope. Returns whether there was one. */
export function fillScope(call: Call, span: Span | undefined): boolean {
  const scope = scopeOf(context.active())
  if (!scope || scope.call) return false
  scope.call = call
  scope.span = span
  return true
}
