/** Loads the OpenTelemetry SDK, synchronously and only when tracing is set up. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { TraceSerializer } from './otlp-exporter.js'

export interface TracingSdk {
  readonly trace: typeof import('@opentelemetry/sdk-trace-base')
  readonly resources: typeof import('@opentelemetry/resources')
  readonly core: typeof import('@opentelemetry/core')
  readonly contextHooks: typeof import('@opentelemetry/context-async-hooks')
  serializer(protocol: 'http/protobuf' | 'http/json'): TraceSerializer
}

/** `import.meta.url` is undefined when a bundler has made CommonJS of this file. */
export const nodeRequire = createRequire(
  (import.meta.url as string | undefined) ??
    (typeof __filename === 'string' ? __filename : pathToFileURL(join(process.cwd(), 'index.js')).href),
)

/** Throws when a package is missing, as in a bundle that left them out. */
export function loadSdk(): TracingSdk {
  return {
    trace: nodeRequire('@opentelemetry/sdk-trace-base') as TracingSdk['trace'],
    resources: nodeRequire('@opentelemetry/resources') as TracingSdk['resources'],
    core: nodeRequire('@opentelemetry/core') as TracingSdk['core'],
    contextHooks: nodeRequire('@opentelemetry/context-async-hooks') as TracingSdk['contextHooks'],
    serializer(protocol) {
      const transformer = nodeRequire(
        '@opentelemetry/otlp-transformer',
      ) as typeof import('@opentelemetry/otlp-transformer')
      return protocol === 'http/json' ? transformer.JsonTraceSerializer : transformer.ProtobufTraceSerializer
    },
  }
}
