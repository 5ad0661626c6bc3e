/** Sets up the export of spans. A tracer provider of the program is used as it is; otherwise one is registered here. */
import type { TracerProvider } from '@opentelemetry/api'
import { requireFromHere } from '../../kernel/own-require.js'
import { readEnvironment } from './env.js'
import { atMost, flushProvider, flushRegistered, FLUSH_TIMEOUT_MS } from '../export/flush.js'
import { connectOtherCopies, connectThisCopy, registeredMeterProvider, registeredProvider } from './global-api.js'
import { findDestination, warnUnnamed, type Destination } from './destination.js'
import { isExporting, isOwnProvider, setUpOwnProvider } from './own-provider.js'
import { warnOff } from './own-tracing.js'
import { checkOptions, type CheckedOptions, type TracingOptions } from './setup-options.js'
import { whenUnheard } from '../spans/start-span.js'
import { NOTHING_EXPORTED, offHandle, type TracingHandle, type TracingStatus } from './tracing-handle.js'
import { warnOnce } from '../warn.js'

/**
 * Sets tracing up, synchronously: what is wrong in the options or the environment is said at once. The SDK loads later. May be called again: the new exporter takes the place of the old one.
 * Throws a `ConfigError` for a bad option and nothing else.
 *
 * @param wanted - Whether the program reads spans even if none is exported.
 */
export function setUpTracing(options: TracingOptions = {}, wanted = false): TracingHandle {
  const checked = checkOptions(options)
  const environment = readEnvironment()
  for (const warning of environment.warnings) warnOnce(warning)
  if (environment.disabled) return offHandle()
  const provider = registeredProvider()
  if (provider && !isOwnProvider(provider)) return existingHandle(provider, checked)
  const destination = findDestination(checked, environment)
  if (destination.kind !== 'exported' && !wanted && !isExporting() && !registeredMeterProvider())
    return quietHandle(destination)
  try {
    return setUpOwnProvider({ options: checked, environment, destination })
  } catch (error) {
    warnOff(error)
    return offHandle()
  }
}

/** Registers nothing: a later set-up of the program finds the API as it was, and our spans go to it. */
function quietHandle({ kind }: Destination): TracingHandle {
  whenUnheard(kind === 'unnamed' ? warnUnnamed : undefined)
  return {
    givesWay: true,
    flush: flushRegistered,
    shutdown: () => flushRegistered(),
    get status(): TracingStatus {
      const isSetUp = registeredProvider() !== undefined
      return { ...NOTHING_EXPORTED, mode: isSetUp ? 'existing' : 'own', exporter: isSetUp ? 'existing' : 'none' }
    },
  }
}

function existingHandle(provider: TracerProvider, checked: CheckedOptions): TracingHandle {
  if (checked.given.length > 0) {
    warnOnce(`the program has its own OpenTelemetry set-up, which is used; ignored here: ${checked.given.join(', ')}`)
  }
  const version = connectThisCopy()
  if (version) {
    warnOnce(
      `the tracer provider was registered through @opentelemetry/api ${version}, older than the one tracestitch uses: install one version of it`,
    )
  }
  connectOtherCopies(requireFromHere().cache, provider, () => false)
  const flush = (timeoutMs = FLUSH_TIMEOUT_MS): Promise<void> => atMost(timeoutMs, () => flushProvider(provider))
  return {
    givesWay: false,
    flush,
    shutdown: () => flush(),
    status: { ...NOTHING_EXPORTED, mode: 'existing', exporter: 'existing' },
  }
}
