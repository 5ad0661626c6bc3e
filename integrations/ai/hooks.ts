/**
 * The hooks for the AI SDK that need no module. They are set at every start, whether or not the program has `ai`. The code that they
 * call loads when `ai` first calls them.
 */
import { context, trace, type Span, type Tracer } from '@opentelemetry/api'
import { guard, type Patcher, type Replace } from '../../src/autolog/contract.js'
import { beginRun } from './channel.js'
import { translatedSpan } from './native-spans.js'
import { toolEnded, toolStarted } from './tool-events.js'
import { translations } from './translations.js'

/** `ai` 7 publishes its operations on this tracing channel. */
const CHANNEL = 'ai:telemetry'

/** Name of the tracer that `ai` 5 and 6 ask OpenTelemetry for. */
const TRACER = 'ai'

const toolListener = {
  onToolCallStart: (event: unknown): void => void guard('ai', () => toolStarted(event)),
  onToolCallFinish: (event: unknown): void => void guard('ai', () => toolEnded(event)),
}

export function hookAi(patcher: Patcher): void {
  patcher.channel(CHANNEL, (message, factsOf) => beginRun(message, factsOf))
  // `ai` gets its tracer at every call, whichever copy of the OpenTelemetry API it has.
  patcher.wrap(trace.getTracerProvider(), 'getTracer', getTracer)
  listenForTools(patcher)
}

const getTracer: Replace = (original, active) =>
  function (...args) {
    const tracer = Reflect.apply(original, this, args) as Tracer
    if (!active()) return tracer
    const translated = translations.get(tracer) ?? translating(tracer)
    translations.set(tracer, translated)
    return args[0] === TRACER ? translated : tracer
  }

function translating(tracer: Tracer): Tracer {
  return {
    startSpan: (...args) => tracer.startSpan(...args),
    startActiveSpan(name: string, ...rest: unknown[]) {
      const run = rest.at(-1) as (span: Span) => unknown
      const translated = guard('ai', () => translatedSpan(name, rest[0]))
      if (!translated) return Reflect.apply(tracer.startActiveSpan, tracer, [name, ...rest]) as unknown
      return context.with(translated.context, () => run(translated.span))
    },
  } as Tracer
}

/** `ai` 6 calls the listeners on `globalThis` in order. Ours comes first, because the tool runs in the context that it enters. */
function listenForTools(patcher: Patcher): void {
  const holder = globalThis as { AI_SDK_TELEMETRY_INTEGRATIONS?: unknown[] }
  holder.AI_SDK_TELEMETRY_INTEGRATIONS ??= []
  const listeners = holder.AI_SDK_TELEMETRY_INTEGRATIONS
  listeners.unshift(toolListener)
  patcher.hook(() => {
    const at = listeners.indexOf(toolListener)
    if (at >= 0) listeners.splice(at, 1)
  })
}
