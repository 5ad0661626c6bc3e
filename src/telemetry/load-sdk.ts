/**
 * What is used of the OpenTelemetry SDK. The build loads each package when something of it is first used, so only when tracing
 * is set up; a bundler finds them by these imports.
 */
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  CompositePropagator,
  suppressTracing,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '@opentelemetry/core'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { requireFromHere } from '../kernel/own-require.js'
import type { TraceSerializer } from './otlp-exporter.js'

export interface TracingSdk {
  readonly trace: { readonly BasicTracerProvider: typeof BasicTracerProvider }
  readonly resources: {
    readonly defaultResource: typeof defaultResource
    readonly resourceFromAttributes: typeof resourceFromAttributes
  }
  readonly core: {
    readonly CompositePropagator: typeof CompositePropagator
    readonly suppressTracing: typeof suppressTracing
    readonly W3CBaggagePropagator: typeof W3CBaggagePropagator
    readonly W3CTraceContextPropagator: typeof W3CTraceContextPropagator
  }
  readonly contextHooks: { readonly AsyncLocalStorageContextManager: typeof AsyncLocalStorageContextManager }
  serializer(protocol: 'http/protobuf' | 'http/json'): TraceSerializer
}

/** Throws when a package is missing, as in a bundle that left them out. */
export function loadSdk(): TracingSdk {
  return withRequire(() => ({
    trace: { BasicTracerProvider },
    resources: { defaultResource, resourceFromAttributes },
    core: { CompositePropagator, suppressTracing, W3CBaggagePropagator, W3CTraceContextPropagator },
    contextHooks: { AsyncLocalStorageContextManager },
    serializer: lateSerializer,
  }))
}

/**
 * esbuild can put CommonJS into an ES module, but a `require` of a module of Node that is left in it looks for a global one
 * (evanw/esbuild#1921). The SDK has some; there is one while it loads, which nothing else can see.
 */
function withRequire<T>(load: () => T): T {
  const scope = globalThis as { require?: NodeJS.Require }
  if (scope.require !== undefined) return load()
  scope.require = requireFromHere()
  try {
    return load()
  } finally {
    delete scope.require
  }
}

/**
 * Loaded with the first request: the package brings those of metrics and logs, which take half as long again as the SDK
 * itself.
 */
function lateSerializer(protocol: 'http/protobuf' | 'http/json'): TraceSerializer {
  const loaded = (): TraceSerializer => (protocol === 'http/json' ? JsonTraceSerializer : ProtobufTraceSerializer)
  return {
    serializeRequest: (spans) => loaded().serializeRequest(spans),
    deserializeResponse: (data) => loaded().deserializeResponse(data),
  }
}
