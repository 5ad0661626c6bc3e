/** What `client.health()` tells of the targets. */
import type { Holding } from '../router/target.js'
import type { TargetHealth } from './types.js'

export function healthOf({ target, health }: Holding): TargetHealth {
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
    latencyMs: known(health.latency),
    firstChunkMs: known(health.msToFirstChunk),
    msPerToken: known(health.msPerToken),
    headroom: rounded(health.headroom),
    retryAfterMs: state === 'closed' ? null : Math.ceil(health.restsFor),
  }
}

/** JSON has no `undefined`. */
function known(value: number | undefined): number | null {
  return value === undefined ? null : rounded(value)
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
