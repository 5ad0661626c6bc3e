/** Finds the target that is back first, when all are in cooldown. */
import { seemsTooLong, type Misfit } from './misfit.js'
import type { CallRoute } from './route-step.js'
import type { Fallback, Level } from './route.js'
import type { Member } from './strategy.js'

export interface Soonest {
  readonly member: Member
  /** Milliseconds until it is back; 0 while a call tries it. */
  readonly cooldownLeft: number
  /** The fallback that it is in; `undefined`: the route itself. */
  readonly fallback: Fallback | undefined
  /** Index of its level there. */
  readonly level: number
}

export interface Cooling {
  /** `undefined` when no target fits the call, or the strategies choose none that does. */
  readonly soonest: Soonest | undefined
  readonly misfits: ReadonlyMap<Member, Misfit>
}

/**
 * Searches the route, and the fallbacks for all failures. A target that the call seems too long for is only taken when
 * there is no other, however soon it is back.
 */
export function soonestBack(
  { call, route, fallbacks }: Pick<CallRoute, 'call' | 'route' | 'fallbacks'>,
  misfitOf: (member: Member) => Misfit | undefined,
): Cooling {
  const misfits = new Map<Member, Misfit>()
  let soonest: (Soonest & { readonly tight: boolean }) | undefined
  const look = (levels: readonly Level[], fallback: Fallback | undefined): void => {
    for (const [level, { members, selector }] of levels.entries()) {
      const cooling: { member: Member; index: number; cooldownLeft: number; tight: boolean }[] = []
      for (const [index, member] of members.entries()) {
        const wrong = misfitOf(member)
        if (wrong) misfits.set(member, wrong)
        else
          cooling.push({ member, index, cooldownLeft: member.health.cooldownLeft, tight: seemsTooLong(call, member) })
      }
      // A target that the strategy would never choose is not chosen because the others are in cooldown either.
      const chosen = cooling
        .sort(bySoonest)
        .find(({ index }) => selector.select(call, (other) => other === index) !== undefined)
      if (chosen && (!soonest || bySoonest(chosen, soonest) < 0)) soonest = { ...chosen, fallback, level }
    }
  }
  look(route.levels, undefined)
  for (const fallback of fallbacks) if (fallback.on === undefined) look(fallback.levels, fallback)
  return { soonest, misfits }
}

interface Candidate {
  readonly cooldownLeft: number
  readonly tight: boolean
}

function bySoonest(a: Candidate, b: Candidate): number {
  return Number(a.tight) - Number(b.tight) || a.cooldownLeft - b.cooldownLeft
}
