/**
 * One set-up of our own tracing. The SDK loads with the first span, or on the next turn of the event loop: the start of a program
 * does not wait for it, and usually no call does either.
 */
import { clearImmediate, setImmediate } from 'node:timers'
import type { Tracer, TracerProvider } from '@opentelemetry/api'
import { buildTracing, type BuiltTracing } from './built-tracing.js'
import { atMost, flushProvider, FLUSH_TIMEOUT_MS } from '../export/flush.js'
import { forwardingTracers } from './forwarding-tracers.js'
import { registeredProvider } from './global-api.js'
import type { ExportPlan } from '../export/pipeline.js'
import { NOTHING_EXPORTED, type TracingStatus } from './tracing-handle.js'
import { warnOnce } from '../warn.js'

export interface OwnTracingOptions {
  readonly plan: ExportPlan
  /** Whether the program has registered a provider of its own since. */
  readonly isReplaced: () => boolean
  /** The provider that has spans now: the program's, or that of a later set-up of ours. */
  readonly replacement: () => TracerProvider | undefined
  /** Called with the provider of the SDK, which takes the place of `provider`. */
  readonly onBuilt: (provider: TracerProvider) => void
}

export class OwnTracing {
  /** Stands for the provider of the SDK. */
  readonly provider: TracerProvider & { forceFlush(): Promise<void> }
  private readonly options: OwnTracingOptions
  private built: BuiltTracing | undefined
  private getOwn: TracerProvider['getTracer'] | undefined
  /** `off`: the SDK could not be loaded. */
  private state: 'waiting' | 'building' | 'built' | 'off' = 'waiting'
  private isEnded = false
  private readonly turn: NodeJS.Immediate

  constructor(options: OwnTracingOptions) {
    this.options = options
    this.provider = {
      getTracer: forwardingTracers((...asked) => this.ownTracer(...asked), options.replacement),
      forceFlush: async () => this.built?.provider.forceFlush(),
    }
    this.turn = setImmediate(() => this.build()).unref()
  }

  /** Whether spans are, or would be, exported. */
  get isOpen(): boolean {
    return !this.isEnded
  }

  get isBuilt(): boolean {
    return this.built !== undefined
  }

  /** Loads the SDK. On failure, says so once. */
  build(): void {
    if (this.state !== 'waiting') return
    this.wait()
    // What loads may be instrumented, and begin a span.
    this.state = 'building'
    try {
      const built = buildTracing(this.options.plan, (timeoutMs) => this.flush(timeoutMs))
      const { provider } = built
      this.getOwn = provider.getTracer.bind(provider)
      provider.getTracer = this.provider.getTracer
      this.built = built
      this.state = 'built'
      this.options.onBuilt(provider)
      if (this.isEnded) void built.end()
    } catch (error) {
      this.state = 'off'
      warnOff(error)
    }
  }

  /** Only builds with the next span that needs it. */
  wait(): void {
    clearImmediate(this.turn)
  }

  flush(timeoutMs = FLUSH_TIMEOUT_MS): Promise<void> {
    return atMost(timeoutMs, async () => {
      const later = this.options.isReplaced() ? registeredProvider() : undefined
      await Promise.all([this.built?.pipeline.processor.forceFlush(), later && flushProvider(later)])
    })
  }

  async end(): Promise<void> {
    this.wait()
    this.isEnded = true
    await this.built?.end()
  }

  /** Builds, so that it is true. */
  get status(): TracingStatus {
    const isReplaced = this.options.isReplaced()
    if (!isReplaced) this.build()
    if (this.state === 'off') return NOTHING_EXPORTED
    const { counts, pending } = this.built?.pipeline ?? {}
    const { name, targets } = this.options.plan.destination
    const [otlp] = targets.filter((target) => target !== 'console')
    return {
      mode: isReplaced ? 'existing' : 'own',
      exporter: isReplaced ? 'existing' : name,
      host: isReplaced ? undefined : otlp?.url.host,
      exported: counts?.exported ?? 0,
      pending: pending?.() ?? 0,
      dropped: { queueFull: counts?.queueFull ?? 0, exportFailed: counts?.exportFailed ?? 0 },
      lastFailure: counts?.lastFailure,
    }
  }

  private ownTracer(...asked: Parameters<TracerProvider['getTracer']>): Tracer | undefined {
    this.build()
    return this.getOwn?.(...asked)
  }
}

/** For example, a bundle may lack the packages of the SDK. The program must still run. */
export function warnOff(error: unknown): void {
  const code = (error as { code?: unknown } | undefined)?.code
  warnOnce(
    `tracing is off: the OpenTelemetry SDK could not be set up (${typeof code === 'string' ? code : 'error'}); keep @opentelemetry/* out of the bundle`,
  )
}
