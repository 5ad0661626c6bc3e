/** The propagator that is registered where a program has none. The SDK's, which it has made when something is first sent or received. */
import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api'
import { guard } from '../../kernel/guard.js'
import type { TelemetryEnvironment } from './env.js'
import { loadSdk } from './load-sdk.js'

/** Without the SDK there are no spans to propagate. */
const NOTHING: TextMapPropagator = { inject: () => undefined, extract: (context) => context, fields: () => [] }

export class OwnPropagator implements TextMapPropagator {
  private readonly names: TelemetryEnvironment['propagators']
  private made: TextMapPropagator | undefined

  constructor(names: TelemetryEnvironment['propagators']) {
    this.names = names
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    this.current().inject(context, carrier, setter)
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    return this.current().extract(context, carrier, getter)
  }

  fields(): string[] {
    return this.current().fields()
  }

  private current(): TextMapPropagator {
    return (this.made ??= guard('propagation', () => this.make()) ?? NOTHING)
  }

  private make(): TextMapPropagator {
    const { core } = loadSdk()
    const propagators = this.names.map((name) =>
      name === 'baggage' ? new core.W3CBaggagePropagator() : new core.W3CTraceContextPropagator(),
    )
    return new core.CompositePropagator({ propagators })
  }
}
