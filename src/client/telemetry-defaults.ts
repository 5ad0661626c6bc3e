/** Telemetry learns whose hosts and headers the rows of a client name, and where prices come from. */
import { priceCall } from '../cost/price.js'
import type { Catalogue } from '../kernel/catalogue.js'
import type { ProviderRow } from '../kernel/provider.js'
import { directoryOf } from '../providers/directory.js'
import { compilePropagate } from '../telemetry/propagation.js'
import { setDefaults } from '../telemetry/settings.js'

const rows = new Set<ProviderRow>()
let areSet = false

/** Clients of several catalogues share what telemetry knows: a host means the same in all of them. */
export function setTelemetryDefaults({ providers }: Catalogue): void {
  const before = rows.size
  for (const row of providers.values()) rows.add(row)
  if (areSet && rows.size === before) return
  areSet = true
  const directory = directoryOf([...rows])
  setDefaults({ ...directory, price: priceCall, propagates: compilePropagate('gateways', directory.identifyHost) })
}
