/** The way of one call through its targets: where next, after what has failed so far. */
import type { ErrorClass } from '../policies/error-class.js'
import { mayFallBack } from '../policies/fallback.js'
import { retryDelay, type RetryPolicy } from '../policies/retry.js'
import type { Fallback, Level, Route } from './route.js'
import type { Member, RoutedCall } from './strategy.js'

/** The next attempt. */
export interface Step {
  readonly member: Member
  /** Milliseconds to wait first. */
  readonly wait: number
  /** For the trace: why this target. */
  readonly reason: string
  /** Fields of the body that differ at this target. */
  readonly params: Readonly<Record<string, unknown>> | undefined
}

/** There is no next attempt, though none was made: every target rests. */
export interface AllResting {
  /** Milliseconds until the first of them may be tried. */
  readonly retryAfterMs: number
}

export interface FailedStep {
  readonly errorClass: ErrorClass
  readonly retryAfterMs: number | undefined
  /** Milliseconds left of the call's time. */
  readonly remaining: number
}

export interface Journey {
  readonly call: RoutedCall
  readonly route: Route
  /** What follows the route's own targets. */
  readonly fallbacks: readonly Fallback[]
  readonly retries: RetryPolicy
  /** When every target rests: try the one that comes back first, or none. */
  readonly whenAllRest: 'soonest' | 'reject'
  readonly random: () => number
  /** Why a member cannot serve the call, such as a context that is too small; `undefined` when it can. */
  readonly unfit: (member: Member) => string | undefined
}

interface Stage {
  readonly levels: readonly Level[]
  readonly params: Readonly<Record<string, unknown>> | undefined
  /** Why it was entered; `undefined` for the call's own. */
  readonly after: ErrorClass | undefined
}

/** Never gives a target twice but to retry it, and never more attempts than the policy allows. */
export class Itinerary {
  private readonly journey: Journey
  private readonly waiting: Fallback[]
  private readonly tried = new Set<string>()
  private stage: Stage
  private level = 0
  private retries = 0
  private attempts = 0
  /** Members tried at this level, newest last. */
  private here: Member[] = []

  constructor(journey: Journey) {
    this.journey = journey
    this.waiting = [...journey.fallbacks]
    this.stage = { levels: journey.route.levels, params: undefined, after: undefined }
  }

  first(): Step | AllResting {
    return this.fresh(undefined) ?? this.resting()
  }

  /** After a failure; `undefined` when nothing is left to try. */
  next(failure: FailedStep): Step | undefined {
    if (this.attempts >= this.journey.retries.attempts) return undefined
    const { errorClass } = failure
    const special = this.waiting.findIndex(({ on }) => on?.has(errorClass) === true)
    if (special >= 0) {
      this.enter(special, errorClass)
      return this.fresh(errorClass) ?? this.next(failure)
    }
    if (!mayFallBack(errorClass)) return undefined
    const beside = this.pick(this.levelNow())
    if (beside) return this.go(beside.member, 0, `failover: ${beside.reason}`)
    return this.again(failure) ?? this.fresh(errorClass)
  }

  /** A member takes no call now, and none was made there: a limit is reached. */
  passBy(): Step | undefined {
    this.attempts -= 1
    return this.fresh(undefined)
  }

  /** Another target beside one that is slow, of the same rank. */
  hedge(): Step | undefined {
    if (this.attempts >= this.journey.retries.attempts) return undefined
    const beside = this.pick(this.levelNow())
    return beside && this.go(beside.member, 0, `hedge: ${beside.reason}`)
  }

  private levelNow(): Level | undefined {
    return this.stage.levels[this.level]
  }

  private enter(index: number, after: ErrorClass | undefined): void {
    const [fallback] = this.waiting.splice(index, 1)
    this.stage = { levels: fallback?.levels ?? [], params: fallback?.params, after }
    this.startLevel(0)
  }

  private startLevel(level: number): void {
    this.level = level
    this.retries = 0
    this.here = []
  }

  /** The first target that was not tried, here or further on. */
  private fresh(after: ErrorClass | undefined): Step | undefined {
    for (;;) {
      for (; this.level < this.stage.levels.length; this.startLevel(this.level + 1)) {
        const found = this.pick(this.levelNow())
        if (found) return this.go(found.member, 0, this.reasonFor(found.reason))
      }
      const index = this.waiting.findIndex(({ on }) => on === undefined)
      if (index < 0) return undefined
      this.enter(index, after)
    }
  }

  private reasonFor(reason: string): string {
    const { after } = this.stage
    if (after !== undefined) return `fallback after ${after}: ${reason}`
    return this.attempts === 0 ? reason : `failover: ${reason}`
  }

  private pick(level: Level | undefined): { readonly member: Member; readonly reason: string } | undefined {
    if (!level) return undefined
    const { members, selector } = level
    const choice = selector.select(this.journey.call, (index) => {
      const member = members[index]
      return member !== undefined && !this.tried.has(member.target.id) && member.health.allows && !this.unfit(member)
    })
    const member = choice && members[choice.index]
    return member && choice && { member, reason: choice.reason }
  }

  private unfit(member: Member): boolean {
    return this.journey.unfit(member) !== undefined
  }

  /** One of this level once more: the one that was tried first. */
  private again({ errorClass, retryAfterMs, remaining }: FailedStep): Step | undefined {
    const [member] = this.here
    if (!member) return undefined
    const { retries, random } = this.journey
    const failure = { errorClass, retryAfterMs, remaining, retries: this.retries, hasNext: this.hasNext() }
    const wait = retryDelay(retries, failure, random)
    if (wait === undefined || !member.health.retryBudget.take()) return undefined
    this.retries += 1
    this.here.shift()
    return this.go(member, wait, 'retry')
  }

  private hasNext(): boolean {
    return this.level + 1 < this.stage.levels.length || this.waiting.some(({ on }) => on === undefined)
  }

  private resting(): Step | AllResting {
    const all = [this.journey.route, ...this.journey.fallbacks]
    const members = all.flatMap(({ levels }) => levels.flatMap((level) => level.members))
    const able = members.filter((member) => !this.unfit(member))
    const candidates = able.length > 0 ? able : members
    const soonest = candidates.reduce((best, member) => (member.health.restsFor < best.health.restsFor ? member : best))
    if (this.journey.whenAllRest === 'soonest') {
      this.stage = { ...this.journey.route, params: undefined, after: undefined }
      this.startLevel(this.journey.route.levels.findIndex(({ members: own }) => own.includes(soonest)))
      return this.go(soonest, 0, 'all rest: the soonest back')
    }
    return { retryAfterMs: soonest.health.restsFor }
  }

  private go(member: Member, wait: number, reason: string): Step {
    this.attempts += 1
    this.tried.add(member.target.id)
    this.here.push(member)
    return { member, wait, reason, params: this.stage.params }
  }
}
