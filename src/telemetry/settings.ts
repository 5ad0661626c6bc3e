/**
 * What telemetry does in this process, decided once by `autolog()` and read on every call. Without
 * `autolog()` the defaults hold, so a client alone follows an OpenTelemetry set-up that is already there.
 */
import type { Span } from '@opentelemetry/api'
import type { TraceHeaders } from '../kernel/provider.js'
import { environment } from '../kernel/platform.js'
import { shared } from '../kernel/state.js'

export type CaptureMode = 'none' | 'span' | 'event' | 'both'

/** One part of a message in the shape of the GenAI message schema: `{ type: 'text', content }`, `{ type: 'tool_call', … }`. */
export type TelemetryPart = { type: string } & Record<string, unknown>

export interface HostFacts {
  /** Value of `gen_ai.provider.name` for this host. */
  readonly provider?: string
  /** A host that has no use for our trace context: a model vendor's own, or a gateway's that does not continue traces. */
  readonly firstParty: boolean
  /** Whose own endpoint it is, where that has a price of its own. */
  readonly region?: string | undefined
  /** `false`: it refuses `stream_options`. */
  readonly streamOptions?: boolean
  /** A gateway's own headers for the caller's trace. */
  readonly traceHeaders?: TraceHeaders
}

/** Whether a request carries trace context. `own`: only in the headers of the gateway it goes to. */
export type Propagation = boolean | 'own'

/** What a price needs to know about an ended call. */
export interface PricedCall {
  readonly provider: string
  /** As it was asked for. */
  readonly model: string
  /** As the answer names it. */
  readonly served?: string | undefined
  readonly usage: object
  /** Where its endpoint is, when the host says it. */
  readonly region?: string | undefined
  /** The tier that served the call. */
  readonly serviceTier?: string | null | undefined
  readonly at: number
}

/** USD. The parts, such as `input` and `cache_read`, add up to it; there are none when only the whole is known. */
export interface CallPrice {
  readonly usd: number
  readonly parts: Readonly<Partial<Record<string, number>>>
}

export interface TelemetrySettings {
  readonly capture: CaptureMode
  readonly redact: ((part: TelemetryPart) => TelemetryPart | null) | undefined
  readonly semconv: 'latest' | 'v1.41' | 'both'
  /** Whether requests to this URL carry trace context. `server`: host that the call is addressed to, when known. */
  readonly propagates: (url: URL, server?: string) => Propagation
  /** Whether a request that came with trace context hangs below the span that sent it. */
  readonly joinsCallers: boolean
  /** Whether a span that another tool has made of a call stands for it, so that none of ours is made. */
  readonly completesForeign: boolean
  /** Whether streams are asked for their count of tokens, where the program does not say. */
  readonly streamUsage: boolean
  readonly identifyHost: (hostname: string) => HostFacts | undefined
  /** Whether a response header, by its name in lower case, identifies or explains an answer: ids, costs, a gateway's own. */
  readonly keepsHeader: (name: string) => boolean
  /** USD that the headers of an answer say it cost, or `undefined`. */
  readonly reportedCost: (headers: Pick<Headers, 'get'>) => number | undefined
  /** What a call cost, or `undefined` when unknown. */
  readonly price: ((call: PricedCall) => CallPrice | undefined) | undefined
  readonly onSpanStart: ((span: Span) => void) | undefined
  readonly onSpanEnd: ((span: Span) => void) | undefined
}

interface Holder {
  settings: TelemetrySettings | undefined
}

let held: Holder | undefined

const holder = (): Holder => (held ??= shared('telemetry', () => ({ settings: undefined })))

const CAPTURE_BY_ENV: Record<string, CaptureMode> = {
  no_content: 'none',
  false: 'none',
  span_only: 'span',
  true: 'span',
  event_only: 'event',
  span_and_event: 'both',
}

export const CAPTURE_VARIABLE = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT'

/**
 * Reads `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`: NO_CONTENT, SPAN_ONLY, EVENT_ONLY,
 * SPAN_AND_EVENT (opentelemetry-python's words) or a boolean. `undefined` when unset or another word.
 */
export function captureFromEnv(value = environment()[CAPTURE_VARIABLE]): CaptureMode | undefined {
  return value === undefined ? undefined : CAPTURE_BY_ENV[value.trim().toLowerCase()]
}

let defaults: TelemetrySettings | undefined

/** Settings before, or without, `autolog()`. */
export function defaultSettings(): TelemetrySettings {
  defaults ??= {
    capture: captureFromEnv() ?? 'none',
    redact: undefined,
    semconv: 'latest',
    propagates: () => false,
    joinsCallers: false,
    completesForeign: true,
    streamUsage: false,
    identifyHost: () => undefined,
    keepsHeader: (name) => name === 'x-request-id',
    reportedCost: () => undefined,
    price: undefined,
    onSpanStart: undefined,
    onSpanEnd: undefined,
  }
  return defaults
}

export function settings(): TelemetrySettings {
  return holder().settings ?? defaultSettings()
}

/** Replaces the settings; `undefined` returns to the defaults. */
export function applySettings(next: TelemetrySettings | undefined): void {
  holder().settings = next && Object.freeze(next)
}

/** The client names here what rooms above telemetry know: hosts, headers and prices. */
export function setDefaults(
  known: Pick<TelemetrySettings, 'identifyHost' | 'keepsHeader' | 'price' | 'propagates' | 'reportedCost'>,
): void {
  defaults = { ...defaultSettings(), ...known }
}
