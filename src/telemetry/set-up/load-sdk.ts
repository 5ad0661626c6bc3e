/**
 * The parts of the OpenTelemetry SDK that are used. The build makes each package load when something of it is first used. A
 * bundler finds the packages by these imports.
 */
import type { ContextManager } from '@opentelemetry/api'
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
import { requireFromHere } from '../../kernel/own-require.js'
import type { TraceSerializer } from '../export/otlp-exporter.js'

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
  serializer(protocol: 'http/protobuf' | 'http/json'): TraceSerializer
}

/** @throws when a package is missing, for example in a bundle that left it out. */
export function loadSdk(): TracingSdk {
  return withRequire(() => ({
    trace: { BasicTracerProvider },
    resources: { defaultResource, resourceFromAttributes },
    core: { CompositePropagator, suppressTracing, W3CBaggagePropagator, W3CTraceContextPropagator },
    serializer: lateSerializer,
  }))
}

/**
 * What binds emitters to a context as the SDK does.
 *
 * @param manager - Runs the listeners.
 * @throws when the package is missing.
 */
export function emitterBinder(manager: Pick<ContextManager, 'with'>): Pick<ContextManager, 'bind'> {
  const run: ContextManager['with'] = (...args) => manager.with(...args)
  return Object.assign(
    withRequire(() => new AsyncLocalStorageContextManager()),
    { with: run },
  )
}

/**
 * Sets a global `require` while the SDK loads, which no other code can see. esbuild can put CommonJS into an ES module, but what
 * then requires a module of Node uses a global `require` (evanw/esbuild#1921), and the SDK does so.
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
 * Loads the serializer with the first request: its package also has those for metrics and logs, which take half as long to load
 * as the SDK itself.
 */
function lateSerializer(protocol: 'http/protobuf' | 'http/json'): TraceSerializer {
  const loaded = (): TraceSerializer => (protocol === 'http/json' ? JsonTraceSerializer : ProtobufTraceSerializer)
  return {
    serializeRequest: (spans) => loaded().serializeRequest(spans),
    deserializeResponse: (data) => loaded().deserializeResponse(data),
  }
}
