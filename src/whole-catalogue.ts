/**
 * Every wire format and every provider of this version: the catalogue of `tracestitch` itself. Each loads when it is first
 * used.
 */
import type { Catalogue, Lookup } from './kernel/catalogue.js'
import { passthroughs, protocols } from './protocols/index.js'
import { providersById } from './providers/index.js'

export const everything: Catalogue = {
  protocols: lookupIn(protocols),
  passthroughs: lookupIn(passthroughs),
  providers: {
    get: (id) => providersById().get(id),
    has: (id) => providersById().has(id),
    keys: () => providersById().keys(),
    values: () => providersById().values(),
  },
  whole: true,
}

function lookupIn<Id extends string, Value>(all: Readonly<Record<Id, Value>>): Lookup<Id, Value> {
  return {
    get: (id) => (Object.hasOwn(all, id) ? all[id] : undefined),
    has: (id) => Object.hasOwn(all, id),
    keys: () => (Object.keys(all) as Id[]).values(),
    values: () => Object.values<Value>(all).values(),
  }
}
