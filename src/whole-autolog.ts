/** `autolog()`: the engine with every integration, every wire format and the hosts of all providers. */
import { integrations } from '../integrations/index.js'
import { unsupported } from '../integrations/shared/unsupported.js'
import { startAutolog, type Autolog } from './autolog/engine.js'
import { wrapClient } from './autolog/wrap-client.js'
import type { AutologOptions } from './autolog/options.js'
import { findCallerFile } from './autolog/find/roots.js'
import { directory } from './whole-directory.js'
import { atCaller } from './client/outgoing-errors.js'
import { priceCall } from './cost/price.js'
import type { Directory } from './providers/directory.js'

/** The directory of all hosts, which loads when it is first asked. */
const hosts: Directory = {
  identifyHost: (hostname) => directory.identifyHost(hostname),
  speakerAt: (hostname) => directory.speakerAt(hostname),
  speakerNamed: (name) => directory.speakerNamed(name),
  keepsHeader: (name) => directory.keepsHeader(name),
  reportedCost: (headers) => directory.reportedCost(headers),
}

/**
 * Traces every model call and agent framework of this process: finds the SDKs that are loaded, patches them, watches for
 * those that load later, and sets OpenTelemetry up unless the program has done so. Synchronous. A second call returns the
 * result of the first.
 *
 * @throws {ConfigError} An option is unknown or of the wrong type. Nothing has been patched then.
 */
export function autolog(options: AutologOptions = {}): Autolog {
  const file = findCallerFile()
  return atCaller(autolog, () =>
    startAutolog({ integrations, unsupported, ...hosts, price: (...asked) => priceCall(...asked) }, options, file),
  )
}

/**
 * Traces the calls of one client of an SDK, for a client that `autolog()` does not reach: its class is inside a bundle, or another
 * copy of the SDK, or turned off by `integrations`. The client is known by its shape. The result is the client itself; of one that
 * is frozen it is an object of the same class that stands before it. Where the class is traced already, nothing changes. `off()`
 * of `autolog()` takes it back.
 *
 * ```ts
 * const log = autolog()
 * const client = wrap(new OpenAI())
 * ```
 *
 * @param client - A client such as `new OpenAI()`, not a class or one of its resources.
 * @throws {ConfigError} It has the shape of no known SDK.
 */
export function wrap<T extends object>(client: T): T {
  return atCaller(wrap, () => wrapClient(client, { integrations, identifyHost: hosts.identifyHost }))
}
