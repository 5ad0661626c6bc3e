/** What `client.health()` returns. */
import type { Store, StoreStatus } from '../../kernel/store.js'
import type { TrackedTarget } from '../../router/target.js'
import type { StoreHealth, TargetHealth } from '../types/health.js'

/** A store without a status cannot be down. */
const UP: StoreStatus = { up: true, localOperations: 0 }

export function storeHealth(store: Store): StoreHealth {
  const { up, downSince = null, problem = null, emptiedAt = null, localOperations } = store.status?.() ?? UP
  const { name, shared } = store
  return { name, shared, up, downSince, problem, emptiedAt, localOperations }
}

export function targetHealth({ target, health }: TrackedTarget): TargetHealth {
  const { state } = health
  return {
    target: target.id,
    provider: target.provider.id,
    model: target.model,
    state,
    inFlight: health.inFlight,
    requests: health.requests,
    failures: health.failures,
    errorRate: rounded(health.errorRate),
    latencyMs: orNull(health.latency),
    firstChunkMs: orNull(health.msToFirstChunk),
    msPerToken: orNull(health.msPerToken),
    headroom: rounded(health.headroom),
    retryAfterMs: state === 'closed' ? null : Math.ceil(health.cooldownLeft),
  }
}

/** JSON has no `undefined`. */
function orNull(value: number | undefined): number | null {
  return value === undefined ? null : rounded(value)
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
