/** Picks the failed target that is worth another try. */
import { retryDelay } from '../policies/retry.js'
import type { FailedStep, CallRoute } from './route-step.js'
import type { TriedMember } from './position.js'

export interface FailedAttempts {
  /** For the attempts that failed while it ran. */
  readonly last: Pick<FailedStep, 'errorClass' | 'retryAfterMs'>
  /** Milliseconds left of the call's time. */
  readonly remaining: number
  /** Retries made at this level. */
  readonly retries: number
  /** Whether another target is left. */
  readonly hasNext: boolean
}

/** The first that a retry may help: those in cooldown last, then the shortest wait, then the oldest. Takes from its retry budget. */
export function retryTarget(
  here: readonly TriedMember[],
  { retries: policy, random, whenAllInCooldown }: Pick<CallRoute, 'retries' | 'random' | 'whenAllInCooldown'>,
  { last, remaining, retries, hasNext }: FailedAttempts,
): { readonly tried: TriedMember; readonly wait: number } | undefined {
  const sorted = here
    .map((tried) => ({ tried, failure: tried.failure ?? last }))
    .sort((a, b) => rank(a.tried) - rank(b.tried) || (a.failure.retryAfterMs ?? 0) - (b.failure.retryAfterMs ?? 0))
  for (const { tried, failure } of sorted) {
    const { health } = tried.member
    const { errorClass, retryAfterMs } = failure
    const wait = retryDelay(policy, { errorClass, retryAfterMs, remaining, retries, hasNext }, random)
    if (wait === undefined || (whenAllInCooldown === 'reject' && health.cooldownLeft > wait)) continue
    if (health.retryBudget.take()) return { tried, wait }
  }
  return undefined
}

/** Targets in cooldown come after the others. */
function rank({ member }: TriedMember): number {
  return member.health.cooldownLeft > 0 ? 1 : 0
}
