/**
 * The settings of telemetry in this process. `autolog()` sets them once, and every call reads them. Without `autolog()` the defaults
 * apply, so a client alone uses the OpenTelemetry set-up of the program.
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
  /** Whether the host ignores trace context: a model vendor's own, or a gateway that does not continue traces. */
  readonly firstParty: boolean
  /** Region of the endpoint, if it has prices of its own. */
  readonly region?: string | undefined
  /** `false`: the host refuses `stream_options`. */
  readonly streamOptions?: boolean
  /** A gateway's own headers for the caller's trace. */
  readonly traceHeaders?: TraceHeaders
}

/** Whether a request carries trace context. `own`: only in the headers of the gateway it goes to. */
export type Propagation = boolean | 'own'

/** What is needed to price an ended call. */
export interface PricedCall {
  readonly provider: string
  /** As in the request. */
  readonly model: string
  /** As in the answer. */
  readonly served?: string | undefined
  readonly usage: object
  /** Region of its endpoint, if the host shows it. */
  readonly region?: string | undefined
  /** The tier that served the call. */
  readonly serviceTier?: string | null | undefined
  readonly at: number
}

/** USD. The parts, such as `input` and `cache_read`, add up to it. There are none if only the total is known. */
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
  /** Whether the span of an incoming request with trace context is a child of the span that sent it. */
  readonly joinsCallers: boolean
  /** Whether a span that another tool has made for a call is completed, instead of making one of ours. */
  readonly completesForeign: boolean
  /** Whether requests ask for the token count of streams, if the program does not set that. */
  readonly streamUsage: boolean
  readonly identifyHost: (hostname: string) => HostFacts | undefined
  /** Whether a response header is recorded, by its name in lower case: ids, costs, a gateway's own. */
  readonly keepsHeader: (name: string) => boolean
  /** The cost in USD in the headers of an answer, or `undefined`. */
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
 * SPAN_AND_EVENT (the values of opentelemetry-python) or a boolean. `undefined` when unset or another value.
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

/** Sets what only rooms above telemetry know: hosts, headers and prices. */
export function setDefaults(
  known: Pick<TelemetrySettings, 'identifyHost' | 'keepsHeader' | 'price' | 'propagates' | 'reportedCost'>,
): void {
  defaults = { ...defaultSettings(), ...known }
}
