/** The options of `autolog()`, and their check, which runs before anything is patched. */
import type { Span } from '@opentelemetry/api'
import { ConfigError } from '../kernel/errors.js'
import { isObject, typeName } from '../kernel/json.js'
import type { Propagate } from '../telemetry/propagation/propagation.js'
import type { CaptureMode, TelemetryPart } from '../telemetry/settings.js'
import type { TracingOptions } from '../telemetry/set-up/setup-options.js'
import { checkEndpoints, type NamedEndpoint } from './wire/named-endpoints.js'
import {
  describe,
  expecting,
  isOneOf,
  isRule,
  isText,
  isType,
  isUrl,
  unknownName,
  type Check,
} from './option-checks.js'

/** Id of the wire among the integrations, though it needs no module: what no layer above traces. */
export const WIRE = 'wire'

/** Options of `autolog()`. All are optional; without any, spans go where `OTEL_*` variables say. */
export interface AutologOptions extends TracingOptions {
  /**
   * Turns integrations off (`{ openai: false }`) or sets their options (`{ langchain: { … } }`). All are on by default.
   */
  readonly integrations?: Readonly<Record<string, boolean | Readonly<Record<string, unknown>>>>
  /**
   * Modules inside a bundle, by package name or integration id: `{ openai: OpenAI }`. Modules of a later call, from another
   * bundle or after a reload, are patched too.
   */
  readonly modules?: Readonly<Record<string, unknown>>
  /**
   * Endpoints of your own whose requests are traced as they leave, whoever makes them: `fetch`, an SDK that nobody knows. Those of
   * known providers are traced without. Default: none.
   */
  readonly endpoints?: readonly NamedEndpoint[]
  /**
   * Where messages, tool arguments and results are recorded. Default: the value of
   * `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`, else `none`.
   */
  readonly captureContent?: CaptureMode
  /** Returns a captured message part, changed or not, or `null` to drop it. If it throws, the part is dropped. */
  readonly redact?: (part: TelemetryPart) => TelemetryPart | null
  /**
   * Which requests of model calls, and which MCP messages, carry `traceparent`. Default `gateways`: gateways, custom base
   * URLs, loopback, MCP servers and child processes, and vendors whose servers join the trace (Anthropic). Other vendors get
   * none. A server on a pipe has the address `pipe://localhost/`. With `none`, incoming requests with trace context start a
   * trace of their own as well.
   */
  readonly propagate?: Propagate
  /** Attribute names: GenAI conventions 0.1 (`latest`, the default), v1.41, or both. */
  readonly semconv?: 'latest' | 'v1.41' | 'both'
  /**
   * What to do with a call for which another tool has already made a span on the same tracer provider. `complete`, the
   * default: adds to that span what it lacks, and makes no other. `ignore`: makes a span of our own below it, for example for
   * an exporter that takes only the spans of this package.
   */
  readonly foreignSpans?: 'complete' | 'ignore'
  /**
   * Loads the SDKs that the app's package.json declares and that are not loaded yet, on runtimes where a later ESM `import()`
   * cannot be seen (Node 20, Bun). Default: true if `autolog()` runs before the program, by `node --import`; else false.
   */
  readonly eager?: boolean
  /**
   * Asks for the token count of streams if the provider sends it only then (`stream_options.include_usage` of OpenAI's chat and
   * completions), the request does not set it, and the host accepts it. The program does not see the extra chunk, unless it
   * reads the raw body. Default false: such a span has `tracestitch.usage.not_sent`.
   */
  readonly streamUsage?: boolean
  /** Called with each span of this package as it starts. An error is counted and reported once, and has no other effect. */
  readonly onSpanStart?: (span: Span) => void
  /**
   * Called with each span of this package just before it ends, when all its attributes are set. An error is counted and
   * reported once.
   */
  readonly onSpanEnd?: (span: Span) => void
}

const EXPORTERS = ['otlp', 'console', 'none']
const RULES = ['gateways', 'all', 'none']

const CHECKS: Record<keyof AutologOptions, Check> = {
  exporter: expecting(
    "'otlp', 'console', 'none', a SpanExporter or a SpanProcessor",
    (value) => isOneOf(EXPORTERS)(value) || isObject(value),
  ),
  endpoint: expecting('a URL such as http://localhost:4318', isUrl),
  headers: expecting('an object of header names and values', isObject),
  serviceName: expecting('a string that is not empty', isText),
  resourceAttributes: expecting('an object of attribute names and values', isObject),
  integrations: expecting('an object such as { openai: false }', isObject),
  modules: expecting('an object such as { openai: OpenAI }', isObject),
  endpoints: expecting("a list such as [{ url: 'https://llm.internal/v1' }]", Array.isArray),
  captureContent: expecting("'none', 'span', 'event' or 'both'", isOneOf(['none', 'span', 'event', 'both'])),
  redact: expecting('a function (part) => part | null', isType('function')),
  propagate: expecting(
    "'gateways', 'all', 'none', an array of strings and regular expressions, or a function (url) => boolean",
    (value) => isOneOf(RULES)(value) || isRule(value),
  ),
  semconv: expecting("'latest', 'v1.41' or 'both'", isOneOf(['latest', 'v1.41', 'both'])),
  foreignSpans: expecting("'complete' or 'ignore'", isOneOf(['complete', 'ignore'])),
  eager: expecting('true or false', isType('boolean')),
  streamUsage: expecting('true or false', isType('boolean')),
  onSpanStart: expecting('a function (span) => void', isType('function')),
  onSpanEnd: expecting('a function (span) => void', isType('function')),
}

/**
 * Throws {@link ConfigError} with the option's path, what was expected, and the type of the value.
 *
 * @param ids - Known integration ids.
 */
export function checkOptions(options: unknown, ids: readonly string[]): asserts options is AutologOptions {
  if (!isObject(options))
    throw new ConfigError('autolog(options)', `expected an object or nothing, got ${typeName(options)}`)
  for (const [key, value] of Object.entries(options)) {
    const check = Object.hasOwn(CHECKS, key) ? CHECKS[key as keyof AutologOptions] : undefined
    if (!check) throw new ConfigError(key, unknownName(key, 'option', Object.keys(CHECKS)))
    const expected = value === undefined ? undefined : check(value)
    if (expected !== undefined) throw new ConfigError(key, `expected ${expected}, got ${describe(value, expected)}`)
  }
  if (options['endpoints'] !== undefined) checkEndpoints(options['endpoints'] as readonly unknown[])
  for (const [id, value] of Object.entries(options['integrations'] ?? {})) {
    const path = `integrations.${id}`
    if (!ids.includes(id)) throw new ConfigError(path, unknownName(id, 'integration', ids))
    if (typeof value !== 'boolean' && !isObject(value)) {
      throw new ConfigError(path, `expected true, false or an object of options, got ${typeName(value)}`)
    }
  }
}
