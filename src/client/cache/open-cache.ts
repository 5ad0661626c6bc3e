/** Makes the cache of a client from its options. */
import type { CacheStore } from '../../kernel/cache-store.js'
import type { Clock } from '../../kernel/clock.js'
import type { Store } from '../../kernel/store.js'
import { DEFAULT_TTL } from '../../policies/cache.js'
import type { CacheEvent } from '../../router/events.js'
import type { CacheOptions } from '../../router/options.js'
import { guardedCache, guardedIndex } from '../../stores/guarded-cache.js'
import { MemoryCache } from '../../stores/memory-cache.js'
import { MemoryVectors } from '../../stores/memory-vectors.js'
import type { CallView } from '../call/stage.js'
import { CacheStage } from './cache-stage.js'
import { Flights } from './flights.js'
import { KeptVectors } from './kept-vectors.js'
import { SemanticCache, type SemanticParts } from './semantic-cache.js'
import { SharedFlights } from './shared-flights.js'

const MOST = 1_000
const MOST_BYTES = 64 * 1024 * 1024
/** Milliseconds for an answer of a store. */
const TIMEOUT = 500
/** Milliseconds for the embedding of a text. */
const EMBED_TIMEOUT = 2_000
const THRESHOLD = 0.95

export interface CacheSources {
  readonly clock: Clock
  /** The client's own store, for flights that processes share. */
  readonly store: Store
  readonly tell: (event: () => CacheEvent) => void
  /** Calls the client's own embeddings. */
  readonly embed: SemanticParts['embed']
}

/** @param options - Checked. */
export function openCache(options: true | CacheOptions, { clock, store, tell, embed }: CacheSources): CacheStage {
  const {
    exact = {},
    semantic,
    timeout = TIMEOUT,
    scope = 'user',
    namespace = '',
    ...rest
  } = options === true ? {} : options
  const { optIn = false, singleFlight = true } = rest
  const answers: CacheStore = rest.store
    ? guardedCache(rest.store, clock, timeout)
    : new MemoryCache({ clock, max: exact.max ?? MOST, maxBytes: exact.maxBytes ?? MOST_BYTES })
  const index = semantic?.index
    ? guardedIndex(semantic.index, clock, timeout)
    : new MemoryVectors(clock, semantic?.max ?? MOST)
  return new CacheStage({
    defaults: { ttl: exact.ttl ?? DEFAULT_TTL, scope, namespace, optIn },
    store: answers,
    clock,
    vectors: new KeptVectors(answers, clock),
    semantic:
      semantic &&
      new SemanticCache({
        index,
        embed,
        model: semantic.model,
        threshold: semantic.threshold ?? THRESHOLD,
        timeout: semantic.timeout ?? EMBED_TIMEOUT,
      }),
    flights: flightsOf(singleFlight, answers, store),
    tell,
  })
}

function flightsOf(
  singleFlight: boolean | 'shared',
  answers: CacheStore,
  store: Store,
): Flights<CallView> | SharedFlights<CallView> | undefined {
  if (singleFlight === false) return undefined
  const flights = new Flights<CallView>()
  return singleFlight === 'shared' ? new SharedFlights({ flights, answers, store }) : flights
}
