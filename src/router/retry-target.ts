/** Which of the targets that failed is worth another try. */
import { retryDelay } from '../policies/retry.js'
import type { FailedStep, CallRoute } from './route-step.js'
import type { Tried } from './position.js'

export interface FailedAttempts {
  /** For the attempts that failed while it ran. */
  readonly last: Pick<FailedStep, 'errorClass' | 'retryAfterMs'>
  /** Milliseconds left of the call's time. */
  readonly remaining: number
  /** Made at this level. */
  readonly retries: number
  /** Whether another target is there to go to. */
  readonly hasNext: boolean
}

/** The first that waiting may help: those in cooldown last, then the shortest wait, then the oldest. Takes of its budget. */
export function retryTarget(
  here: readonly Tried[],
  { retries: policy, random, whenAllInCooldown }: Pick<CallRoute, 'retries' | 'random' | 'whenAllInCooldown'>,
  { last, remaining, retries, hasNext }: FailedAttempts,
): { readonly tried: Tried; readonly wait: number } | undefined {
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

/** One in cooldown comes after those that do not. */
function rank({ member }: Tried): number {
  return member.health.cooldownLeft > 0 ? 1 : 0
}
