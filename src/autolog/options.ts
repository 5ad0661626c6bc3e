/** The options of `autolog()`, and their check: what is wrong is said before anything is patched. */
import type { Span } from '@opentelemetry/api'
import { ConfigError } from '../kernel/errors.js'
import { isObject, typeName } from '../kernel/json.js'
import type { Propagate } from '../telemetry/propagation.js'
import type { CaptureMode, TelemetryPart } from '../telemetry/settings.js'
import type { TracingOptions } from '../telemetry/setup.js'

export interface AutologOptions extends TracingOptions {
  /**
   * Turns integrations off (`{ openai: false }`) or gives them options (`{ langchain: { … } }`). All are
   * on by default.
   */
  readonly integrations?: Readonly<Record<string, boolean | Readonly<Record<string, unknown>>>>
  /** Modules that a bundler swallowed, by package name or integration id: `{ openai: OpenAI }`. */
  readonly modules?: Readonly<Record<string, unknown>>
  /**
   * Where messages, tool arguments and results are recorded. Default `none`, or what
   * `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` says.
   */
  readonly captureContent?: CaptureMode
  /** Changes a captured message part, or drops it with `null`. A part on which it throws is dropped. */
  readonly redact?: (part: TelemetryPart) => TelemetryPart | null
  /**
   * Which requests of model calls carry `traceparent`. Default `gateways`: gateways, custom base URLs and
   * loopback, not the vendors' own hosts.
   */
  readonly propagate?: Propagate
  /** Attribute names: GenAI conventions 0.1 (`latest`, the default), v1.41, or both. */
  readonly semconv?: 'latest' | 'v1.41' | 'both'
  /**
   * Loads the SDKs that the app's package.json declares and that are not loaded yet, for runtimes where a
   * later ESM `import()` cannot be seen (Node 20, Bun). Default false.
   */
  readonly eager?: boolean
  readonly onSpanStart?: (span: Span) => void
  readonly onSpanEnd?: (span: Span) => void
}

type Check = (value: unknown) => string | undefined

const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value) ? undefined : `use ${words.map((word) => `'${word}'`).join(', ')}`
const ofType =
  (type: 'string' | 'boolean' | 'function', use: string): Check =>
  (value) =>
    typeof value === type ? undefined : `use ${use}`
const record =
  (use: string): Check =>
  (value) =>
    isObject(value) ? undefined : `use ${use}`

const CHECKS: Record<keyof AutologOptions, Check> = {
  exporter: (value) =>
    (typeof value === 'string' && ['otlp', 'console', 'none'].includes(value)) || isObject(value)
      ? undefined
      : `use 'otlp', 'console', 'none', a SpanExporter or a SpanProcessor`,
  endpoint: (value) =>
    typeof value === 'string' && URL.canParse(value) && /^https?:/.test(value) ? undefined : 'use a URL such as http://localhost:4318',
  headers: record('an object of header names and values'),
  serviceName: ofType('string', 'a string'),
  resourceAttributes: record('an object of attribute names and values'),
  integrations: record('an object such as { openai: false }'),
  modules: record('an object such as { openai: OpenAI }'),
  captureContent: oneOf('none', 'span', 'event', 'both'),
  redact: ofType('function', 'a function (part) => part | null'),
  propagate: (value) =>
    (typeof value === 'string' && ['gateways', 'all', 'none'].includes(value)) ||
    typeof value === 'function' ||
    (Array.isArray(value) && value.every((item) => typeof item === 'string' || item instanceof RegExp))
      ? undefined
      : `use 'gateways', 'all', 'none', an array of strings and regular expressions, or a function (url) => boolean`,
  semconv: oneOf('latest', 'v1.41', 'both'),
  eager: ofType('boolean', 'true or false'),
  onSpanStart: ofType('function', 'a function (span) => void'),
  onSpanEnd: ofType('function', 'a function (span) => void'),
}

/**
 * Throws {@link ConfigError} with the option's path, the type of the value and the fix.
 *
 * @param ids - Known integration ids.
 */
export function checkOptions(options: unknown, ids: readonly string[]): asserts options is AutologOptions {
  if (!isObject(options)) throw new ConfigError('autolog(options)', `got ${typeName(options)}; use an object, or nothing`)
  for (const [key, value] of Object.entries(options)) {
    const check = Object.hasOwn(CHECKS, key) ? CHECKS[key as keyof AutologOptions] : undefined
    if (!check) throw new ConfigError(key, `unknown option of autolog(); known are ${Object.keys(CHECKS).join(', ')}`)
    if (value === undefined) continue
    const fix = check(value)
    if (fix) throw new ConfigError(key, `got ${typeName(value)}${typeof value === 'string' ? ' of another value' : ''}; ${fix}`)
  }
  for (const [id, value] of Object.entries(options['integrations'] ?? {})) {
    if (!ids.includes(id)) throw new ConfigError(`integrations.${id}`, `unknown integration; known are ${ids.join(', ')}`)
    if (typeof value !== 'boolean' && !isObject(value)) {
      throw new ConfigError(`integrations.${id}`, `got ${typeName(value)}; use true, false or an object of options`)
    }
  }
}
