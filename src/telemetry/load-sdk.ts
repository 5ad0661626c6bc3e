/** Loads the OpenTelemetry SDK, synchronously and only when tracing is set up. */
import { requireFromHere } from '../kernel/own-require.js'
import type { TraceSerializer } from './otlp-exporter.js'

export interface TracingSdk {
  readonly trace: typeof import('@opentelemetry/sdk-trace-base')
  readonly resources: typeof import('@opentelemetry/resources')
  readonly core: typeof import('@opentelemetry/core')
  readonly contextHooks: typeof import('@opentelemetry/context-async-hooks')
  serializer(protocol: 'http/protobuf' | 'http/json'): TraceSerializer
}

export const nodeRequire = requireFromHere()

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
