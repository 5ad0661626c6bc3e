import {
  INVALID_SPAN_CONTEXT,
  trace,
  type Context,
  type ProxyTracerProvider,
  type Span,
  type SpanOptions,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api'
import { VERSION } from '../../kernel/version.js'
import { boundedName } from '../content/bounded.js'
import { registeredProvider } from '../set-up/global-api.js'
import { guard } from '../../kernel/guard.js'
import { ownProviders } from '../set-up/own-mark.js'
import { flushAtExit } from '../set-up/program-exit.js'

/**
 * Starts a span of this package. If a tracer, sampler or processor throws, the result is a span that records nothing and has the
 * context of the parent, so that what runs below it keeps its place in the trace.
 */
export function startSpan(name: string, options: SpanOptions, parent: Context): Span {
  return guard('span', start, name, options, parent) ?? silentSpan(parent)
}

function start(name: string, options: SpanOptions, parent: Context): Span {
  if (unheard) hasListener()
  return tracer().startSpan(boundedName(name), options, parent)
}

let source: TracerProvider | undefined
let known: Tracer | undefined
let isOurs = false

/** Cached by provider. The API's own provider delegates to the one that was registered last. */
function tracer(): Tracer {
  const provider: TracerProvider & Partial<Pick<ProxyTracerProvider, 'getDelegate'>> = trace.getTracerProvider()
  const current = provider.getDelegate?.() ?? provider
  if (!known || current !== source) {
    known = provider.getTracer('tracestitch', VERSION)
    source = current
    isOurs = ownProviders().has(current)
  }
  if (!isOurs) flushAtExit(current)
  return known
}

let unheard: (() => void) | undefined

/** @param tell - Notice, once, when a span would begin and nobody has registered a tracer provider by then. */
export function whenUnheard(tell: (() => void) | undefined): void {
  unheard = tell
}

/** To be called where a span would begin. */
export function hasListener(): boolean {
  if (isTracing()) return true
  const tell = unheard
  unheard = undefined
  if (tell) guard('unheard', tell)
  return false
}

/** Whether a tracer provider is registered, so that somebody may read a span. */
export function isTracing(): boolean {
  return registeredProvider() !== undefined
}

/** A span that records nothing and has the context of the parent. */
export function silentSpan(parent: Context): Span {
  return trace.wrapSpanContext(trace.getSpanContext(parent) ?? INVALID_SPAN_CONTEXT)
}
