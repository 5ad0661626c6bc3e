/** Gives telemetry the hosts and headers of a client's rows, and the source of prices. */
import { priceCall } from '../cost/price.js'
import type { Catalogue } from '../kernel/catalogue.js'
import type { ProviderRow } from '../kernel/provider.js'
import { directoryOf } from '../providers/directory.js'
import { compilePropagate } from '../telemetry/propagation/propagation.js'
import { setDefaults } from '../telemetry/settings.js'

const named = new Set<ProviderRow>()
/** All rows; they load when a host or a header is first looked up. */
let all: Catalogue['providers'] | undefined
let areSet = false

/** Clients of several catalogues share what telemetry knows: a host means the same in all of them. */
export function setTelemetryDefaults({ providers, whole }: Catalogue): void {
  const before = named.size
  const hadAll = all !== undefined
  if (whole) all ??= providers
  else for (const row of providers.values()) named.add(row)
  if (areSet && named.size === before && hadAll === (all !== undefined)) return
  areSet = true
  const directory = directoryOf(() => [...new Set([...named, ...(all?.values() ?? [])])])
  setDefaults({ ...directory, price: priceCall, propagates: compilePropagate('gateways', directory.identifyHost) })
}
