/** Which members one call may be tried at now: not tried before, not in cooldown, and able to serve the call. */
import { misfit, regionOf, seemsTooLong, type Misfit } from './misfit.js'
import type { CallRoute } from './route-step.js'
import type { Level, Route } from './route.js'
import type { Member } from './strategy.js'

/** What a strategy chose. */
export interface Choice {
  readonly member: Member
  readonly reason: string
}

export class Candidates {
  /**
   * Whether members that the call seems too long for are candidates too. They become so when no other is left; the only
   * target of a call is one from the start, so that the call need not be measured.
   */
  includesTight: boolean
  private readonly callRoute: CallRoute
  private readonly regional: boolean
  /** Ids of targets that an attempt was made at. */
  private readonly tried = new Set<string>()
  /** Ids of targets that took no call since the last attempt. */
  private readonly skipped = new Set<string>()
  private sawTight = false

  constructor(callRoute: CallRoute) {
    const { call, route, fallbacks } = callRoute
    const { levels } = route
    this.callRoute = callRoute
    this.includesTight = fallbacks.length === 0 && levels.length === 1 && levels[0]?.members.length === 1
    this.regional =
      regionOf(call) !== undefined &&
      membersOf([route, ...fallbacks]).some(({ target }) => target.facts.region !== undefined)
  }

  /** What the level's strategy chooses among its candidates. */
  pick(level: Level | undefined): Choice | undefined {
    if (!level) return undefined
    const { members, selector } = level
    const choice = selector.select(this.callRoute.call, (index) => this.includes(members[index]))
    const member = choice && members[choice.index]
    return member && choice && { member, reason: choice.reason }
  }

  includes(member: Member | undefined): boolean {
    if (!member || !this.isUntried(member) || !member.health.allows || this.misfit(member)) return false
    if (this.includesTight || !seemsTooLong(this.callRoute.call, member)) return true
    this.sawTight = true
    return false
  }

  /** Whether one of these levels has a candidate. */
  areIn(levels: readonly Level[]): boolean {
    return levels.some(({ members }) => members.some((member) => this.includes(member)))
  }

  /** Whether a member was left out because the call seems too long for it. */
  get leftOutTight(): boolean {
    return this.sawTight && !this.includesTight
  }

  /** Whether no attempt was made at the member, and it has not refused one since the last attempt. */
  isUntried({ target: { id } }: Member): boolean {
    return !this.tried.has(id) && !this.skipped.has(id)
  }

  wasTried({ target }: Member): boolean {
    return this.tried.has(target.id)
  }

  misfit(member: Member): Misfit | undefined {
    return misfit(this.callRoute.call, member, this.regional)
  }

  /** Why a member is no candidate, in a few words that follow its target's id. */
  whyNot(member: Member): string {
    if (!this.isUntried(member)) return 'was tried before'
    if (!member.health.allows) return 'is in cooldown'
    return this.misfit(member)?.why ?? 'seems too small for the call (contextWindow)'
  }

  /** An attempt is made at the target. */
  addTried(id: string): void {
    this.tried.add(id)
  }

  /** The target took no call. It is a candidate again after the next attempt. */
  skip(id: string): void {
    this.skipped.add(id)
  }

  removeTried(id: string): void {
    this.tried.delete(id)
  }

  forgetSkipped(): void {
    this.skipped.clear()
  }

  /** What makes the candidates again those of now, when others were skipped since. */
  checkpoint(): () => void {
    const { includesTight } = this
    const tried = [...this.tried]
    return () => {
      this.includesTight = includesTight
      for (const id of tried) this.tried.add(id)
      this.skipped.clear()
    }
  }
}

export function membersOf(routes: readonly Pick<Route, 'levels'>[]): readonly Member[] {
  return routes.flatMap(({ levels }) => levels.flatMap(({ members }) => members))
}
