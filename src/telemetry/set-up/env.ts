/**
 * The `OTEL_*` variables (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 * and https://opentelemetry.io/docs/specs/otel/protocol/exporter/) as one checked object. The tracer
 * provider reads the samplers and span limits itself. They are only checked here, because it does not report a bad value. A bad
 * value counts as unset and adds a warning, which never quotes a header.
 */
import { builtin } from '../../kernel/builtin.js'
import { MAX_TIMER_MS } from '../../kernel/clock.js'
import { decodeResourceAttributes } from './resource-attributes.js'

export type OtlpProtocol = 'http/protobuf' | 'http/json'
export type NamedExporter = 'otlp' | 'console' | 'none'

export interface BatchLimits {
  /** Spans that may wait; more are dropped. */
  readonly maxQueueSize: number
  readonly maxExportBatchSize: number
  readonly scheduledDelayMs: number
  readonly exportTimeoutMs: number
}

export interface TelemetryEnvironment {
  /** `OTEL_SDK_DISABLED`. */
  readonly disabled: boolean
  /** `OTEL_TRACES_EXPORTER`, a list; `undefined` when unset. */
  readonly exporters: readonly NamedExporter[] | undefined
  /** Full URL for traces; `undefined` when no endpoint variable is set. */
  readonly endpoint: URL | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly protocol: OtlpProtocol
  /** For one export, retries included. */
  readonly timeoutMs: number
  readonly compression: 'gzip' | 'none'
  /** Paths of PEM files. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string }
  readonly serviceName: string | undefined
  readonly resourceAttributes: Readonly<Record<string, string>>
  readonly batch: BatchLimits
  readonly propagators: readonly ('tracecontext' | 'baggage')[]
  /** One sentence each: the variable, what is wrong, what to write instead. */
  readonly warnings: readonly string[]
}

type Variables = Readonly<Record<string, string | undefined>>

const TRACES_PATH = '/v1/traces'
const SAMPLERS = ['always_on', 'always_off', 'traceidratio']
const KNOWN_SAMPLERS = new Set([...SAMPLERS, ...SAMPLERS.map((sampler) => `parentbased_${sampler}`)])

/**
 * The URL that traces go to, from a base URL: `/v1/traces` is added unless it is there.
 * `undefined` when `base` is not an http(s) URL.
 */
export function tracesUrl(base: string): URL | undefined {
  const url = httpUrl(base)
  if (!url) return undefined
  const path = url.pathname.replace(/\/+$/, '')
  url.pathname = path.endsWith(TRACES_PATH) ? path : path + TRACES_PATH
  return url
}

function httpUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined
}

/** Whether name and value can be sent as a header. */
export function isSendableHeader(name: string, value: string): boolean {
  const { validateHeaderName, validateHeaderValue } = builtin('node:http')
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return true
  } catch {
    // The validators throw for what cannot be sent. The text of the error is not needed.
    return false
  }
}

/** Reads and checks the variables. Never throws. */
export function readEnvironment(variables: Variables = process.env): TelemetryEnvironment {
  const warnings: string[] = []
  const read = (name: string): string | undefined => variables[name]?.trim() || undefined

  /** The first of the names whose value passes `parse`. */
  function first<T>(names: readonly string[], parse: (value: string) => T | undefined, fix: string): T | undefined {
    for (const name of names) {
      const value = read(name)
      if (value === undefined) continue
      const parsed = parse(value)
      if (parsed !== undefined) return parsed
      warnings.push(`${name} is ignored: ${fix}`)
    }
    return undefined
  }

  const otlp = (suffix: string): string[] => [`OTEL_EXPORTER_OTLP_TRACES_${suffix}`, `OTEL_EXPORTER_OTLP_${suffix}`]

  function number(names: readonly string[], fallback: number, minimum: number): number {
    const parse = (value: string): number | undefined => {
      const parsed = Number(value)
      return Number.isInteger(parsed) && parsed >= minimum && parsed <= MAX_TIMER_MS ? parsed : undefined
    }
    return first(names, parse, `set a whole number from ${minimum} to ${MAX_TIMER_MS}`) ?? fallback
  }

  function words<T extends string>(name: string, known: readonly T[]): T[] | undefined {
    const value = read(name)
    if (value === undefined) return undefined
    const found = new Set<T>()
    for (const word of value.split(',').map((part) => part.trim())) {
      if ((known as readonly string[]).includes(word)) found.add(word as T)
      else if (word !== '') warnings.push(`${name} names something unknown here: set ${known.join(', ')}`)
    }
    return found.size > 0 ? [...found] : undefined
  }

  function headersOf(name: string): Record<string, string> {
    const headers: Record<string, string> = {}
    const entries = (read(name) ?? '').split(',')
    for (const [index, entry] of entries.entries()) {
      if (entry.trim() === '') continue
      const at = entry.indexOf('=')
      const header = entry.slice(0, at).trim()
      const value = decoded(entry.slice(at + 1).trim())
      if (at > 0 && value !== undefined && isSendableHeader(header, value)) headers[header.toLowerCase()] = value
      // Does not quote the name either: without "=", it may be a key.
      else
        warnings.push(
          `entry ${index + 1} of ${name} is ignored: write name=value, percent-encoded, separated by commas`,
        )
    }
    return headers
  }

  const boolean = (value: string): boolean | undefined =>
    /^true$/i.test(value) ? true : /^false$/i.test(value) ? false : undefined

  const tracesEndpoint = first(
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'],
    httpUrl,
    'set a URL such as http://localhost:4318/v1/traces',
  )
  const baseEndpoint = first(['OTEL_EXPORTER_OTLP_ENDPOINT'], tracesUrl, 'set a URL such as http://localhost:4318')

  let grpc: string | undefined
  const protocol = first<OtlpProtocol>(
    otlp('PROTOCOL'),
    (value) => {
      if (value === 'grpc') grpc = value
      return value === 'grpc' ? 'http/protobuf' : value === 'http/protobuf' || value === 'http/json' ? value : undefined
    },
    'set http/protobuf or http/json',
  )
  if (grpc) {
    const name = otlp('PROTOCOL').find((candidate) => read(candidate) === 'grpc')
    warnings.push(
      `${name}=grpc is not supported, http/protobuf is used: point the endpoint at the OTLP/HTTP port (4318)`,
    )
  }

  const samplerName = read('OTEL_TRACES_SAMPLER')
  if (samplerName !== undefined && !KNOWN_SAMPLERS.has(samplerName)) {
    warnings.push(`OTEL_TRACES_SAMPLER is ignored: set one of ${[...KNOWN_SAMPLERS].join(', ')}`)
  } else if (samplerName?.endsWith('traceidratio')) {
    const ratio = read('OTEL_TRACES_SAMPLER_ARG')
    if (ratio === undefined || !(Number(ratio) >= 0 && Number(ratio) <= 1)) {
      warnings.push('OTEL_TRACES_SAMPLER_ARG is not a ratio, every trace is sampled: set a number from 0 to 1')
    }
  }

  const resource = decodeResourceAttributes(read('OTEL_RESOURCE_ATTRIBUTES') ?? '')
  if (!resource)
    warnings.push('OTEL_RESOURCE_ATTRIBUTES is ignored: write key=value, percent-encoded, separated by commas')

  const maxQueueSize = number(['OTEL_BSP_MAX_QUEUE_SIZE'], 2048, 1)
  const batchSize = number(['OTEL_BSP_MAX_EXPORT_BATCH_SIZE'], Math.min(512, maxQueueSize), 1)
  if (batchSize > maxQueueSize) {
    warnings.push(
      'OTEL_BSP_MAX_EXPORT_BATCH_SIZE is more than OTEL_BSP_MAX_QUEUE_SIZE, which is used for both: lower it',
    )
  }

  const named = words('OTEL_PROPAGATORS', ['tracecontext', 'baggage', 'none'])
  const path = (suffix: string): string | undefined =>
    otlp(suffix)
      .map(read)
      .find((value) => value !== undefined)
  const [ca, cert, key] = [path('CERTIFICATE'), path('CLIENT_CERTIFICATE'), path('CLIENT_KEY')]

  return {
    disabled: first(['OTEL_SDK_DISABLED'], boolean, 'set true or false') ?? false,
    exporters: words('OTEL_TRACES_EXPORTER', ['otlp', 'console', 'none']),
    endpoint: tracesEndpoint ?? baseEndpoint,
    headers: { ...headersOf('OTEL_EXPORTER_OTLP_HEADERS'), ...headersOf('OTEL_EXPORTER_OTLP_TRACES_HEADERS') },
    protocol: protocol ?? 'http/protobuf',
    timeoutMs: number(otlp('TIMEOUT'), 10_000, 1),
    compression:
      first(
        otlp('COMPRESSION'),
        (value) => (value === 'gzip' || value === 'none' ? value : undefined),
        'set gzip or none',
      ) ?? 'none',
    tls: { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) },
    serviceName: read('OTEL_SERVICE_NAME'),
    resourceAttributes: resource ?? {},
    batch: {
      maxQueueSize,
      maxExportBatchSize: Math.min(batchSize, maxQueueSize),
      scheduledDelayMs: number(['OTEL_BSP_SCHEDULE_DELAY'], 5_000, 0),
      exportTimeoutMs: number(['OTEL_BSP_EXPORT_TIMEOUT'], 30_000, 1),
    },
    // Baggage may contain anything, so it is sent only when the variable names it.
    propagators: named ? named.filter((name) => name !== 'none') : ['tracecontext'],
    warnings,
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    // Not percent-encoded; the caller reports the entry.
    return undefined
  }
}
