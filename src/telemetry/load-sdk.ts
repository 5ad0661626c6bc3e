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
    serializer: lateSerializer,
  }
}

/**
 * Loaded with the first request: the package brings those of metrics and logs, which take half as long again as the SDK
 * itself. That it is there is known before.
 */
function lateSerializer(protocol: 'http/protobuf' | 'http/json'): TraceSerializer {
  nodeRequire.resolve('@opentelemetry/otlp-transformer')
  let known: TraceSerializer | undefined
  const loaded = (): TraceSerializer => {
    if (known) return known
    const transformer = nodeRequire(
      '@opentelemetry/otlp-transformer',
    ) as typeof import('@opentelemetry/otlp-transformer')
    return (known = protocol === 'http/json' ? transformer.JsonTraceSerializer : transformer.ProtobufTraceSerializer)
  }
  return {
    serializeRequest: (spans) => loaded().serializeRequest(spans),
    deserializeResponse: (data) => loaded().deserializeResponse(data),
  }
}
