/** Checks the options of `autolog()` for the export of traces. */
import type { AttributeValue } from '@opentelemetry/api'
import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { ConfigError } from '../../kernel/errors.js'
import { isSendableHeader, tracesUrl, type NamedExporter } from './env.js'

/** A backend with an API of its own. For a later version. */
export interface BackendExporter {
  readonly backend: string
  readonly url?: string
}

export interface TracingOptions {
  /**
   * Where spans go. Default: `otlp` when an endpoint is set here or by an `OTEL_EXPORTER_OTLP_*` variable,
   * or what `OTEL_TRACES_EXPORTER` says; else `console` on a terminal; else `none`. Ignored, with a
   * warning, when the program has registered a tracer provider of its own, or does so later.
   */
  readonly exporter?: NamedExporter | SpanExporter | SpanProcessor | BackendExporter
  /** Base URL of an OTLP/HTTP receiver, such as `http://localhost:4318`; `/v1/traces` is added unless it is there. */
  readonly endpoint?: string
  /** Headers of OTLP requests; they override those of the environment. */
  readonly headers?: Readonly<Record<string, string>>
  /** `service.name`. Default: `OTEL_SERVICE_NAME`. */
  readonly serviceName?: string
  readonly resourceAttributes?: Readonly<Record<string, AttributeValue>>
}

export interface CheckedOptions {
  readonly exporter: NamedExporter | SpanExporter | SpanProcessor | undefined
  readonly endpoint: URL | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly serviceName: string | undefined
  readonly resourceAttributes: Readonly<Record<string, AttributeValue>>
  /** Names of the given options that have no effect on a provider of the program's own. */
  readonly given: readonly string[]
}

const NAMES: readonly string[] = ['otlp', 'console', 'none']

/** @throws ConfigError with the option and the fix. */
export function checkOptions(options: TracingOptions): CheckedOptions {
  const { endpoint, headers = {}, serviceName, resourceAttributes = {} } = options
  const exporter = checkExporter(options.exporter)
  const url = endpoint === undefined ? undefined : tracesUrl(String(endpoint))
  if (endpoint !== undefined && !url)
    throw new ConfigError('endpoint', 'must be an http(s) URL, such as http://localhost:4318')
  const checkedHeaders: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string' || !isSendableHeader(name, value)) {
      throw new ConfigError('headers', 'holds a name or a value that cannot be sent as an HTTP header')
    }
    checkedHeaders[name.toLowerCase()] = value
  }
  if (serviceName !== undefined && (typeof serviceName !== 'string' || serviceName === '')) {
    throw new ConfigError('serviceName', 'must be a string that is not empty')
  }
  for (const [key, value] of Object.entries(resourceAttributes)) {
    const primitive = (item: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof item)
    if (!(Array.isArray(value) ? value.every(primitive) : primitive(value))) {
      throw new ConfigError(
        `resourceAttributes.${key}`,
        'must be a string, a number, a boolean, or an array of one of these',
      )
    }
  }
  const names = ['exporter', 'endpoint', 'headers', 'serviceName', 'resourceAttributes'] as const
  return {
    exporter,
    endpoint: url,
    headers: checkedHeaders,
    serviceName,
    resourceAttributes,
    given: names.filter((name) => options[name] !== undefined),
  }
}

function checkExporter(exporter: TracingOptions['exporter']): CheckedOptions['exporter'] {
  if (exporter === undefined) return undefined
  if (typeof exporter === 'string' && NAMES.includes(exporter)) return exporter
  if (typeof exporter === 'object' && exporter !== null) {
    if ('export' in exporter && typeof exporter.export === 'function') return exporter
    if ('onEnd' in exporter && typeof exporter.onEnd === 'function') return exporter
    if ('backend' in exporter) {
      throw new ConfigError(
        'exporter.backend',
        "is not available in this version: use exporter 'otlp' with the backend's OTLP endpoint and headers",
      )
    }
  }
  throw new ConfigError('exporter', "must be 'otlp', 'console', 'none', a SpanExporter or a SpanProcessor")
}
