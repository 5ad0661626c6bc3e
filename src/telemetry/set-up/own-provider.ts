/** Our own tracer provider: registered when the program has none, and replaced when the program registers one later. */
import type { TracerProvider } from '@opentelemetry/api'
import { requireFromHere } from '../../kernel/own-require.js'
import { shared } from '../../kernel/state.js'
import { connectOtherCopies, globalApi, registeredProvider, registerGlobals } from './global-api.js'
import { OwnContextManager } from './own-context.js'
import { ownProviders } from './own-mark.js'
import { OwnPropagator } from './own-propagator.js'
import { OwnTracing } from './own-tracing.js'
import type { ExportPlan } from '../export/pipeline.js'
import { giveWay, type OwnGlobals } from './registration.js'
import type { CheckedOptions } from './setup-options.js'
import type { TracingHandle } from './tracing-handle.js'
import { warnOnce } from '../warn.js'

interface Own {
  latest: OwnTracing | undefined
  /** The object on `globalThis` for our provider. */
  registered: TracerProvider | undefined
  /** The context manager and the propagator that were registered with it. */
  readonly beside: OwnGlobals
  /** Whether the program has registered a provider of its own since. */
  isReplaced: boolean
  /** Those of the latest set-up. */
  options: CheckedOptions | undefined
}

const own = (): Own =>
  shared('telemetry.tracing', () => ({
    latest: undefined,
    registered: undefined,
    beside: {},
    isReplaced: false,
    options: undefined,
  }))

export function isOwnProvider(provider: TracerProvider): boolean {
  return provider === own().registered
}

/** Whether spans of our own provider are exported already. */
export function isExporting(): boolean {
  return own().latest?.isOpen === true
}

/**
 * Exports by `plan` from here on. The first time, our provider is registered.
 *
 * @throws when a package of OpenTelemetry cannot be loaded.
 */
export function setUpOwnProvider(plan: ExportPlan): TracingHandle {
  const state = own()
  const before = state.latest
  const tracing: OwnTracing = new OwnTracing({
    plan,
    isReplaced: () => state.isReplaced,
    replacement() {
      if (state.isReplaced) return registeredProvider()
      return state.latest === tracing ? undefined : state.latest?.provider
    },
    onBuilt: (provider) => {
      if (state.latest === tracing && !state.isReplaced) connect(provider, state)
    },
  })
  if (state.registered === undefined || registeredProvider() !== state.registered) register(tracing.provider, plan)
  connect(tracing.provider, state)
  state.latest = tracing
  state.options = plan.options
  giveWay(
    () => ({ ...state.beside, trace: state.registered }),
    () => replaced(state),
  )
  if (before) {
    // Spans that are open end in the new pipeline.
    if (before.isBuilt) tracing.build()
    void before.end()
  }
  return {
    givesWay: true,
    flush: (timeoutMs) => tracing.flush(timeoutMs),
    shutdown: () => tracing.end(),
    get status() {
      return tracing.status
    },
  }
}

/** Registers the provider, and a context manager and a propagator where the program has none. */
function register(provider: TracerProvider, { environment: { propagators } }: ExportPlan): void {
  const state = own()
  const before = { ...globalApi() }
  state.isReplaced = false
  state.registered = registerGlobals(
    provider,
    () => new OwnContextManager(),
    propagators.length > 0 ? new OwnPropagator(propagators) : undefined,
  )
  const now = globalApi()
  for (const kind of ['context', 'propagation'] as const)
    if (now?.[kind] !== before[kind]) Object.assign(state.beside, { [kind]: now?.[kind] })
}

/**
 * Lets every copy of the API get tracers from this provider of ours. One set-up has several: a resource cannot change, but the name
 * of the service and its attributes may have.
 */
function connect(provider: TracerProvider, state: Own): void {
  ownProviders().add(provider)
  const { setDelegate } = state.registered as { setDelegate?: (provider: TracerProvider) => void }
  setDelegate?.call(state.registered, provider)
  connectOtherCopies(requireFromHere().cache, provider, (other) => ownProviders().has(other))
}

/** The program has set up OpenTelemetry itself, and all spans go there. */
function replaced(state: Own): void {
  state.isReplaced = true
  state.registered = undefined
  state.latest?.wait()
  const { given = [], exporter } = state.options ?? {}
  const ignored = given.filter((name) => name !== 'exporter' || exporter !== 'none')
  if (ignored.length > 0)
    warnOnce(
      `the program has set OpenTelemetry up after autolog(), and that is used from here on; ignored: ${ignored.join(', ')}`,
    )
}
