/** The way of one call through its targets: where next, after what has failed so far. */
import type { ErrorClass } from '../policies/classify-error.js'
import type { NotTried } from '../kernel/errors.js'
import { looksAtAnswers, mayFallBack } from '../policies/fallback.js'
import { seemsTooLong, misfit, noTargetError, regionOf, type Misfit } from './misfit.js'
import type { AllInCooldown, FailedStep, CallRoute, RouteStep } from './route-step.js'
import { begin, type Position } from './position.js'
import { retryTarget } from './retry-target.js'
import { soonestBack } from './soonest-back.js'
import type { Fallback, Level, Route } from './route.js'
import type { Member } from './strategy.js'

export type { AllInCooldown, FailedStep, CallRoute, RouteStep } from './route-step.js'

/** What is said of a target whose probe is under way, which may end at any time. */
const PROBE_MS = 1_000

/** Never gives a target twice but to retry it, and never more attempts than the policy allows. */
export class Itinerary {
  private readonly callRoute: CallRoute
  private readonly regional: boolean
  private waiting: readonly Fallback[]
  /** Ids of targets that an attempt was made at. */
  private readonly tried = new Set<string>()
  /** Ids of targets that took no call since the last attempt. */
  private readonly skipped = new Set<string>()
  private at: Position
  /** Left for a fallback of one class of failures; gone on with after it. */
  private suspended: readonly Position[] = []
  private attempts = 0
  /** Whether members for which the call seems too long are asked too: when nothing else is left. */
  private lenient = false
  private sawTight = false
  private isRetry = false

  constructor(callRoute: CallRoute) {
    this.callRoute = callRoute
    this.waiting = callRoute.fallbacks
    this.at = begin(callRoute.route, undefined)
    const { levels } = callRoute.route
    // A target that is the only one is asked in any case, so that nobody need count what it is asked.
    if (callRoute.fallbacks.length === 0 && levels.length === 1 && levels[0]?.members.length === 1) this.lenient = true
    this.regional =
      regionOf(callRoute.call) !== undefined &&
      allMembers([callRoute.route, ...callRoute.fallbacks]).some(({ target }) => target.facts.region !== undefined)
  }

  /** @throws UnsupportedParameterError or ConfigError when no target can serve the call, whatever its health. */
  first(): RouteStep | AllInCooldown {
    return this.fresh(undefined) ?? this.cooling()
  }

  /** After a failure; `undefined` when nothing is left to try. */
  next(failure: FailedStep): RouteStep | undefined {
    this.skipped.clear()
    this.note(failure)
    if (this.attempts >= this.callRoute.retries.attempts) return undefined
    const { errorClass, also, tested, remaining } = failure
    const special = this.special(errorClass, tested) ?? (also && this.special(also))
    if (special) return special
    if (!mayFallBack(errorClass)) return undefined
    const beside = this.pick(this.levelNow())
    if (beside) return this.go(beside.member, 0, `failover: ${beside.reason}`)
    return this.again(failure, remaining) ?? this.fresh(errorClass)
  }

  /** The member of the last step takes no call now: a limit is reached. The next that may, or `undefined` when none is left. */
  skip(): RouteStep | undefined {
    this.forgo()
    return this.fresh(undefined)
  }

  /** What gives back the way as it is now, for a step that is waited for after all. */
  mark(): () => void {
    const { at, suspended, waiting, lenient, attempts, isRetry } = this
    const tried = [...this.tried]
    return () => {
      Object.assign(this, { at, suspended, waiting, lenient, attempts, isRetry })
      for (const id of tried) this.tried.add(id)
      this.skipped.clear()
    }
  }

  /** Another target beside one that is slow: of the same rank, or of the next that has one. */
  hedge(): RouteStep | undefined {
    if (this.attempts >= this.callRoute.retries.attempts) return undefined
    const { leg, level } = this.at
    for (const rank of leg.levels.slice(level)) {
      const beside = this.pick(rank)
      if (beside) return this.go(beside.member, 0, `hedge: ${beside.reason}`)
    }
    return undefined
  }

  /** Whether a target is left that can be tried when the last step's gives no answer in time, one in cooldown included. */
  get hasOther(): boolean {
    if (this.attempts >= this.callRoute.retries.attempts) return false
    const { leg, level } = this.at
    const { route, fallbacks } = this.callRoute
    const ahead = [
      { levels: leg.levels.slice(level) },
      ...this.suspended.map((left) => ({ levels: left.leg.levels.slice(left.level) })),
      ...this.waiting.filter(({ on }) => on === undefined || on.has('timeout')),
      // Those for which the call seems too long come last.
      ...(this.sawTight && !this.lenient ? [route, ...fallbacks] : []),
    ]
    return ahead.some(({ levels }) =>
      levels.some(({ members }) => members.some((member) => !this.tried.has(member.target.id) && !this.misfit(member))),
    )
  }

  /** Whether a fallback for this very class of failures has a target to try now. */
  hasFallbackOn(errorClass: ErrorClass): boolean {
    return this.waiting.some((fallback) => fallback.on?.has(errorClass) === true && this.hasTarget(fallback))
  }

  /**
   * The targets of fallbacks for this very class of failures, each with what keeps the call from it; empty where no fallback
   * is for it.
   *
   * @param only - The fallback that is meant.
   */
  keptFrom(errorClass: ErrorClass, only?: Fallback): readonly NotTried[] {
    const meant = this.waiting.filter((fallback) => (only ? fallback === only : fallback.on?.has(errorClass)))
    return allMembers(meant).map((member) => ({ target: member.target.id, why: this.whyNot(member) }))
  }

  private whyNot(member: Member): string {
    const { attempts } = this.callRoute.retries
    if (this.attempts >= attempts) return `the call has made its ${attempts} attempts (retries)`
    if (!this.isNew(member)) return 'was tried before'
    if (!member.health.allows) return 'is in cooldown'
    return this.misfit(member)?.why ?? 'seems too small for the call (contextWindow)'
  }

  /** Whether a fallback is for answers of some kind, or tests them. */
  get looksAtAnswers(): boolean {
    return this.waiting.some(({ on, tests }) => tests.length > 0 || looksAtAnswers(on))
  }

  /** The fallbacks that test answers themselves, and have a target to try now. */
  get testing(): readonly Fallback[] {
    return this.waiting.filter((fallback) => fallback.tests.length > 0 && this.hasTarget(fallback))
  }

  private hasTarget({ levels }: Fallback): boolean {
    if (this.attempts >= this.callRoute.retries.attempts) return false
    return levels.some(({ members }) => members.some((member) => this.isOpen(member)))
  }

  /** No attempt is made of the last step: its target took no call. It may be tried after the next failure. */
  forgo(): void {
    const last = this.at.here.at(-1)?.member.target.id
    if (last === undefined) return
    this.attempts -= 1
    this.skipped.add(last)
    // A retry's target was tried before.
    if (this.isRetry) return
    this.tried.delete(last)
    this.at = { ...this.at, here: this.at.here.slice(0, -1) }
  }

  private note({ errorClass, retryAfterMs, target }: FailedStep): void {
    const { here } = this.at
    const failed = target === undefined ? here.at(-1) : here.findLast(({ member }) => member.target.id === target)
    if (failed) failed.failure = { errorClass, retryAfterMs }
  }

  private levelNow(): Level | undefined {
    return this.at.leg.levels[this.at.level]
  }

  /** A fallback for this class of failures, when it has a target to try. @param only - The one that is meant. */
  private special(errorClass: ErrorClass, only?: Fallback): RouteStep | undefined {
    for (const fallback of this.waiting) {
      if (only ? fallback !== only : !fallback.on?.has(errorClass)) continue
      for (const [index, level] of fallback.levels.entries()) {
        const found = this.pick(level)
        if (!found) continue
        this.waiting = this.waiting.filter((other) => other !== fallback)
        this.suspended = [...this.suspended, this.at]
        this.at = { ...begin(fallback, errorClass), level: index }
        return this.go(found.member, 0, this.reasonFor(found.reason))
      }
    }
    return undefined
  }

  /** The first target that was not tried, here or further on. Where the call seems too long comes last. */
  private fresh(after: ErrorClass | undefined): RouteStep | undefined {
    const roomy = this.forward(after)
    if (roomy || !this.sawTight || this.lenient) return roomy
    const larger = this.special('context-length')
    if (larger) return larger
    this.lenient = true
    this.at = begin(this.callRoute.route, undefined)
    this.waiting = this.callRoute.fallbacks
    return this.forward(after)
  }

  private forward(after: ErrorClass | undefined): RouteStep | undefined {
    for (;;) {
      const { levels } = this.at.leg
      for (let { level } = this.at; level < levels.length; level += 1) {
        if (level !== this.at.level) this.at = { ...this.at, level, retries: 0, here: [] }
        const found = this.pick(levels[level])
        if (found) return this.go(found.member, 0, this.reasonFor(found.reason))
      }
      this.at = { ...this.at, level: levels.length, retries: 0, here: [] }
      const left = this.suspended.at(-1)
      const fallback = this.waiting.find(({ on }) => on === undefined)
      if (left) {
        this.suspended = this.suspended.slice(0, -1)
        this.at = left
      } else if (fallback) {
        this.waiting = this.waiting.filter((other) => other !== fallback)
        this.at = begin(fallback, after)
      } else return undefined
    }
  }

  private reasonFor(reason: string): string {
    const { after } = this.at.leg
    if (after !== undefined) return `fallback after ${after}: ${reason}`
    return this.attempts === 0 ? reason : `failover: ${reason}`
  }

  private pick(level: Level | undefined): { readonly member: Member; readonly reason: string } | undefined {
    if (!level) return undefined
    const { members, selector } = level
    const choice = selector.select(this.callRoute.call, (index) => this.isOpen(members[index]))
    const member = choice && members[choice.index]
    return member && choice && { member, reason: choice.reason }
  }

  private isOpen(member: Member | undefined): boolean {
    if (!member || !this.isNew(member) || !member.health.allows || this.misfit(member)) return false
    if (this.lenient || !seemsTooLong(this.callRoute.call, member)) return true
    this.sawTight = true
    return false
  }

  private isNew({ target: { id } }: Member): boolean {
    return !this.tried.has(id) && !this.skipped.has(id)
  }

  private misfit(member: Member): Misfit | undefined {
    return misfit(this.callRoute.call, member, this.regional)
  }

  /** One of this level once more. */
  private again(last: FailedStep, remaining: number): RouteStep | undefined {
    const { here, retries } = this.at
    if (here.length === 0) return undefined
    const found = retryTarget(here, this.callRoute, { last, remaining, retries, hasNext: this.hasNext() })
    if (!found) return undefined
    this.at = { ...this.at, retries: retries + 1, here: here.filter((other) => other !== found.tried) }
    return this.go(found.tried.member, found.wait, 'retry', true)
  }

  private hasNext(): boolean {
    const { leg, level } = this.at
    const ahead = [
      { levels: leg.levels.slice(level + 1) },
      ...this.suspended.map((left) => ({ levels: left.leg.levels.slice(left.level) })),
      ...this.waiting.filter(({ on }) => on === undefined),
    ]
    return ahead.some(({ levels }) => levels.some(({ members }) => members.some((member) => this.isOpen(member))))
  }

  /** @throws UnsupportedParameterError or ConfigError when it is not for their health that none was taken. */
  private cooling(): RouteStep | AllInCooldown {
    const { route, fallbacks, call, whenAllInCooldown } = this.callRoute
    const { soonest, misfits } = soonestBack(this.callRoute, (member) => this.misfit(member))
    if (!soonest) {
      const lacking = [...misfits.values()].some(({ capability }) => capability !== undefined)
      const able = lacking ? this.special('unsupported') : undefined
      if (able) return able
      throw noTargetError(call, misfits)
    }
    const { member, cooldownLeft, fallback, level } = soonest
    if (whenAllInCooldown === 'reject') return { retryAfterMs: cooldownLeft || PROBE_MS }
    // Others may be back when it has failed.
    this.waiting = fallbacks.filter((other) => other !== fallback)
    this.suspended = [begin(route, undefined)]
    this.at = { ...begin(fallback ?? route, undefined), level }
    return this.go(member, 0, 'all are in cooldown: the soonest back')
  }

  private go(member: Member, wait: number, reason: string, isRetry = false): RouteStep {
    this.attempts += 1
    this.isRetry = isRetry
    this.tried.add(member.target.id)
    this.at = { ...this.at, here: [...this.at.here, { member, failure: undefined }] }
    return { member, wait, reason, params: this.at.leg.params }
  }
}

function allMembers(stages: readonly Pick<Route, 'levels'>[]): readonly Member[] {
  return stages.flatMap(({ levels }) => levels.flatMap(({ members }) => members))
}
