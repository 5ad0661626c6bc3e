/** Where spans go, by the options and the environment. */
import { readFileSync } from 'node:fs'
import { tracesUrl, type NamedExporter, type TelemetryEnvironment } from './env.js'
import type { CheckedOptions } from './setup-options.js'
import { warnOnce } from '../warn.js'

export interface OtlpTarget {
  readonly url: URL
  readonly tls: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer }
}

export interface Destination {
  /** Spans are exported, the exporter is `none`, or no exporter is named and there is no terminal to print to. */
  readonly kind: 'exported' | 'unwanted' | 'unnamed'
  /** `otlp`, `console`, `none`, `otlp,console`, or `custom` for an exporter of the user. */
  readonly name: string
  /** Empty for an exporter of the user. */
  readonly targets: readonly (OtlpTarget | 'console')[]
}

const DEFAULT_ENDPOINT = 'http://localhost:4318'

/** Warns of files of the environment that cannot be read. */
export function findDestination(options: CheckedOptions, environment: TelemetryEnvironment): Destination {
  if (typeof options.exporter === 'object') return { kind: 'exported', name: 'custom', targets: [] }
  const chosen = namesOf(options, environment)
  const names = chosen.filter((name) => name !== 'none')
  return {
    kind: names.length > 0 ? 'exported' : chosen.length > 0 ? 'unwanted' : 'unnamed',
    name: names.join(',') || 'none',
    targets: names.map((name) => (name === 'console' ? name : otlpTarget(options, environment))),
  }
}

/** The names of the exporters. Empty: none is named, and there is no terminal to print to. */
function namesOf(options: CheckedOptions, environment: TelemetryEnvironment): readonly NamedExporter[] {
  if (typeof options.exporter === 'string') return [options.exporter]
  if (options.endpoint) return ['otlp']
  if (environment.exporters) return environment.exporters
  if (environment.endpoint) return ['otlp']
  return process.stderr.isTTY ? ['console'] : []
}

function otlpTarget(options: CheckedOptions, environment: TelemetryEnvironment): OtlpTarget {
  const url = options.endpoint ?? environment.endpoint ?? tracesUrl(DEFAULT_ENDPOINT)
  if (!url) throw new Error('unreachable: the default endpoint is a URL')
  const { tls } = environment
  const files: { ca?: Buffer; cert?: Buffer; key?: Buffer } = {}
  for (const [name, path] of Object.entries(tls) as [keyof typeof tls, string][]) {
    try {
      files[name] = readFileSync(path)
    } catch {
      // Without the file, the connection itself may fail, and reports it.
      const variable = { ca: 'CERTIFICATE', cert: 'CLIENT_CERTIFICATE', key: 'CLIENT_KEY' }[name]
      warnOnce(`OTEL_EXPORTER_OTLP_${variable} is ignored: set the path of a PEM file that can be read`)
    }
  }
  return { url, tls: files }
}

export function warnUnnamed(): void {
  warnOnce(
    'traces are not exported: set OTEL_EXPORTER_OTLP_ENDPOINT (such as http://localhost:4318), ' +
      "or pass autolog({ endpoint }) or autolog({ exporter: 'console' })",
  )
}
