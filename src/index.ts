/** The package's face: `autolog()`, `createClient()`, spans of the program's own, and `flush()`. */
import { integrations } from '../integrations/index.js'
import { startAutolog, type Autolog } from './autolog/engine.js'
import type { AutologOptions } from './autolog/options.js'
import { findCallerFile } from './autolog/roots.js'
import { priceCall } from './cost/price.js'
import { identifyHost, keepsHeader, reportedCost } from './providers/directory.js'
import { compilePropagate } from './telemetry/propagation.js'
import { setDefaults } from './telemetry/settings.js'

setDefaults({
  identifyHost,
  keepsHeader,
  reportedCost,
  price: priceCall,
  propagates: compilePropagate('gateways', identifyHost),
})

/**
 * Traces every model call and agent framework of this process: finds the SDKs that are loaded, patches
 * them, watches for those that load later, and sets OpenTelemetry up unless the program has done so.
 * Synchronous. A second call returns the first one's result.
 *
 * @throws {ConfigError} An option is unknown or of the wrong type. Nothing has been patched then.
 */
export function autolog(options: AutologOptions = {}): Autolog {
  return startAutolog(
    { integrations, identifyHost, keepsHeader, reportedCost, price: priceCall },
    options,
    findCallerFile(),
  )
}

export { createClient } from './client/index.js'
export type * from './client/index.js'
export { costOf } from './cost/price.js'
/** Sends the spans that wait, through whatever tracer provider is registered. Never rejects; at most five seconds. */
export { flushRegistered as flush } from './telemetry/setup.js'
export * from './kernel/errors.js'
export { traced as trace, type StepKind, type TraceOptions } from './telemetry/step.js'
export { withContext, type Identity } from './telemetry/identity.js'
export { VERSION } from './kernel/version.js'
export type { Autolog } from './autolog/engine.js'
export type { AutologOptions } from './autolog/options.js'
export type { ReportEntry, ReportStatus } from './autolog/contract.js'
