/** The package's face: `autolog()`, `createClient()`, spans of the program's own, and `flush()`. */
import { integrations } from '../integrations/index.js'
import { startAutolog, type Autolog } from './autolog/engine.js'
import type { AutologOptions } from './autolog/options.js'
import { findCallerFile } from './autolog/roots.js'
import { directory, everything } from './whole-catalogue.js'
import { openClient } from './client/index.js'
import type { ClientOptions } from './client/index.js'
import { atCaller } from './client/errors-out.js'
import type { Client } from './client/types/index.js'
import { priceCall } from './cost/price.js'
import type { NamesIn } from './kernel/model-name.js'

/**
 * Traces every model call and agent framework of this process: finds the SDKs that are loaded, patches
 * them, watches for those that load later, and sets OpenTelemetry up unless the program has done so.
 * Synchronous. A second call returns the first one's result.
 *
 * @throws {ConfigError} An option is unknown or of the wrong type. Nothing has been patched then.
 */
export function autolog(options: AutologOptions = {}): Autolog {
  const file = findCallerFile()
  return atCaller(autolog, () => startAutolog({ integrations, ...directory, price: priceCall }, options, file))
}

/**
 * Makes a client. The options are checked and compiled here, once; a call only looks up.
 *
 * @throws ConfigError that names the option and the fix: an unknown option, a wrong type, an unknown
 *   provider, a model without a provider, an alias of itself, or a key that an alias needs and that is
 *   nowhere. A model string that only a call brings is checked at that call, before any request.
 */
export function createClient<Alias extends string = never>(options: ClientOptions<Alias> = {}): Client<NamesIn<Alias>> {
  return atCaller(createClient, () => openClient(everything, options))
}

export type * from './client/index.js'
export { estimateCost } from './cost/estimate-cost.js'
export { costOf } from './cost/price.js'
export { loadPrices } from './cost/tables.js'
/** Sends the spans that wait, through whatever tracer provider is registered. Never rejects; at most five seconds. */
export { flushRegistered as flush } from './telemetry/setup.js'
export * from './kernel/errors.js'
export type { StepKind } from './telemetry/step.js'
export { traced as trace, type TraceOptions } from './telemetry/traced.js'
export { withContext, type Identity } from './telemetry/identity.js'
export { VERSION } from './kernel/version.js'
export type { Autolog } from './autolog/engine.js'
export type { AutologOptions } from './autolog/options.js'
export type { ReportEntry, ReportStatus } from './autolog/contract.js'
