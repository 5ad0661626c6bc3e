/** The way of one call through its targets: where it goes next, after what has failed so far. */
import type { NotTried } from '../kernel/errors.js'
import type { ErrorClass } from '../policies/classify-error.js'
import { looksAtAnswers, mayFallBack } from '../policies/fallback.js'
import { Candidates, membersOf } from './candidates.js'
import { noTargetError } from './misfit.js'
import { begin, type Position } from './position.js'
import { retryTarget } from './retry-target.js'
import type { AllInCooldown, CallRoute, FailedStep, RouteStep } from './route-step.js'
import type { Fallback, Level } from './route.js'
import { soonestBack } from './soonest-back.js'
import type { Member } from './strategy.js'

/** Milliseconds that are given for a target whose probe is under way: it may end at any time. */
const PROBE_MS = 1_000

/** Never gives a target twice but to retry it, and never more attempts than the policy allows. */
export class Itinerary {
  private readonly callRoute: CallRoute
  private readonly candidates: Candidates
  /** Not entered yet. */
  private fallbacks: readonly Fallback[]
  private position: Position
  /** Positions that were left for a fallback of one class of failures; the call returns to them after it. */
  private suspended: readonly Position[] = []
  private attempts = 0
  private isRetry = false

  constructor(callRoute: CallRoute) {
    this.callRoute = callRoute
    this.candidates = new Candidates(callRoute)
    this.fallbacks = callRoute.fallbacks
    this.position = begin(callRoute.route, undefined)
  }

  /** @throws UnsupportedParameterError or ConfigError when no target can serve the call, whatever its health. */
  first(): RouteStep | AllInCooldown {
    return this.untried(undefined) ?? this.soonestInCooldown()
  }

  /** After a failure; `undefined` when nothing is left to try. */
  next(failure: FailedStep): RouteStep | undefined {
    this.candidates.forgetSkipped()
    this.noteFailure(failure)
    if (this.isExhausted) return undefined
    const { errorClass, also, tested, remaining } = failure
    const fallback = this.fallbackOn(errorClass, tested) ?? (also && this.fallbackOn(also))
    if (fallback) return fallback
    if (!mayFallBack(errorClass)) return undefined
    const beside = this.candidates.pick(this.level)
    if (beside) return this.step(beside.member, 0, `failover: ${beside.reason}`)
    return this.retry(failure, remaining) ?? this.untried(errorClass)
  }

  /** The target of the last step takes no call now, because a limit is reached. The next that may, or `undefined` when none is left. */
  skip(): RouteStep | undefined {
    this.undoStep()
    return this.untried(undefined)
  }

  /** What returns the call to where it is now, for a step that is waited for after others were skipped. */
  checkpoint(): () => void {
    const { position, suspended, fallbacks, attempts, isRetry } = this
    const restoreCandidates = this.candidates.checkpoint()
    return () => {
      Object.assign(this, { position, suspended, fallbacks, attempts, isRetry })
      restoreCandidates()
    }
  }

  /** Another target, in parallel with one that is slow: of the same level, or of the next that has one. */
  hedge(): RouteStep | undefined {
    if (this.isExhausted) return undefined
    for (const level of levelsFrom(this.position)) {
      const beside = this.candidates.pick(level)
      if (beside) return this.step(beside.member, 0, `hedge: ${beside.reason}`)
    }
    return undefined
  }

  /** Whether a target is left for when the last step's gives no answer in time. One in cooldown counts. */
  get hasOther(): boolean {
    if (this.isExhausted) return false
    const { candidates } = this
    const { route, fallbacks } = this.callRoute
    const ahead = [
      { levels: levelsFrom(this.position) },
      ...this.suspended.map((left) => ({ levels: levelsFrom(left) })),
      ...this.fallbacks.filter(({ on }) => on === undefined || on.has('timeout')),
      // Those that the call seems too long for come last.
      ...(candidates.leftOutTight ? [route, ...fallbacks] : []),
    ]
    return membersOf(ahead).some((member) => !candidates.wasTried(member) && !candidates.misfit(member))
  }

  /** Whether a fallback for exactly this class of failures has a target to try now. */
  hasFallbackOn(errorClass: ErrorClass): boolean {
    return this.fallbacks.some((fallback) => fallback.on?.has(errorClass) === true && this.hasTarget(fallback))
  }

  /**
   * The targets of the fallbacks for exactly this class of failures, each with why it was not tried.
   *
   * @param only - The one fallback to look at, whatever it is for.
   */
  notTried(errorClass: ErrorClass, only?: Fallback): readonly NotTried[] {
    const { attempts } = this.callRoute.retries
    const chosen = this.fallbacks.filter((fallback) => (only ? fallback === only : fallback.on?.has(errorClass)))
    return membersOf(chosen).map((member) => ({
      target: member.target.id,
      why: this.isExhausted ? `the call has made its ${attempts} attempts (retries)` : this.candidates.whyNot(member),
    }))
  }

  /** Whether a fallback is for answers of some kind, or tests them. */
  get looksAtAnswers(): boolean {
    return this.fallbacks.some(({ on, tests }) => tests.length > 0 || looksAtAnswers(on))
  }

  /** The fallbacks that have tests for answers, and a target to try now. */
  get fallbacksWithTests(): readonly Fallback[] {
    return this.fallbacks.filter((fallback) => fallback.tests.length > 0 && this.hasTarget(fallback))
  }

  /** No attempt is made of the last step: its target took no call. It may be tried after the next failure. */
  undoStep(): void {
    const { triedHere } = this.position
    const last = triedHere.at(-1)?.member.target.id
    if (last === undefined) return
    this.attempts -= 1
    this.candidates.skip(last)
    // A retry's target was tried before.
    if (this.isRetry) return
    this.candidates.removeTried(last)
    this.position = { ...this.position, triedHere: triedHere.slice(0, -1) }
  }

  private get isExhausted(): boolean {
    return this.attempts >= this.callRoute.retries.attempts
  }

  private get level(): Level | undefined {
    return this.position.leg.levels[this.position.level]
  }

  private hasTarget({ levels }: Fallback): boolean {
    return !this.isExhausted && this.candidates.areIn(levels)
  }

  private noteFailure({ errorClass, retryAfterMs, target }: FailedStep): void {
    const { triedHere } = this.position
    const failed =
      target === undefined ? triedHere.at(-1) : triedHere.findLast(({ member }) => member.target.id === target)
    if (failed) failed.failure = { errorClass, retryAfterMs }
  }

  /** Enters a fallback for this class of failures that has a target to try. @param only - The one to enter. */
  private fallbackOn(errorClass: ErrorClass, only?: Fallback): RouteStep | undefined {
    for (const fallback of this.fallbacks) {
      if (only ? fallback !== only : !fallback.on?.has(errorClass)) continue
      for (const [index, level] of fallback.levels.entries()) {
        const found = this.candidates.pick(level)
        if (!found) continue
        this.fallbacks = this.fallbacks.filter((other) => other !== fallback)
        this.suspended = [...this.suspended, this.position]
        this.position = { ...begin(fallback, errorClass), level: index }
        return this.step(found.member, 0, this.reasonFor(found.reason))
      }
    }
    return undefined
  }

  /** The first target that was not tried, here or further on. Those that the call seems too long for come last. */
  private untried(after: ErrorClass | undefined): RouteStep | undefined {
    const found = this.advance(after)
    if (found || !this.candidates.leftOutTight) return found
    const larger = this.fallbackOn('context-length')
    if (larger) return larger
    this.candidates.includesTight = true
    this.position = begin(this.callRoute.route, undefined)
    this.fallbacks = this.callRoute.fallbacks
    return this.advance(after)
  }

  private advance(after: ErrorClass | undefined): RouteStep | undefined {
    for (;;) {
      const { levels } = this.position.leg
      for (let { level } = this.position; level < levels.length; level += 1) {
        if (level !== this.position.level) this.position = { ...this.position, level, retries: 0, triedHere: [] }
        const found = this.candidates.pick(levels[level])
        if (found) return this.step(found.member, 0, this.reasonFor(found.reason))
      }
      this.position = { ...this.position, level: levels.length, retries: 0, triedHere: [] }
      const left = this.suspended.at(-1)
      const fallback = this.fallbacks.find(({ on }) => on === undefined)
      if (left) {
        this.suspended = this.suspended.slice(0, -1)
        this.position = left
      } else if (fallback) {
        this.fallbacks = this.fallbacks.filter((other) => other !== fallback)
        this.position = begin(fallback, after)
      } else return undefined
    }
  }

  private reasonFor(reason: string): string {
    const { after } = this.position.leg
    if (after !== undefined) return `fallback after ${after}: ${reason}`
    return this.attempts === 0 ? reason : `failover: ${reason}`
  }

  /** A target of this level once more. */
  private retry(last: FailedStep, remaining: number): RouteStep | undefined {
    const { triedHere, retries } = this.position
    if (triedHere.length === 0) return undefined
    const found = retryTarget(triedHere, this.callRoute, { last, remaining, retries, hasNext: this.hasNext() })
    if (!found) return undefined
    const others = triedHere.filter((other) => other !== found.tried)
    this.position = { ...this.position, retries: retries + 1, triedHere: others }
    return this.step(found.tried.member, found.wait, 'retry', true)
  }

  private hasNext(): boolean {
    const { leg, level } = this.position
    const ahead = [
      { levels: leg.levels.slice(level + 1) },
      ...this.suspended.map((left) => ({ levels: levelsFrom(left) })),
      ...this.fallbacks.filter(({ on }) => on === undefined),
    ]
    return ahead.some(({ levels }) => this.candidates.areIn(levels))
  }

  /** @throws UnsupportedParameterError or ConfigError when no target fits the call, whatever its health. */
  private soonestInCooldown(): RouteStep | AllInCooldown {
    const { route, fallbacks, call, whenAllInCooldown } = this.callRoute
    const { soonest, misfits } = soonestBack(this.callRoute, (member) => this.candidates.misfit(member))
    if (!soonest) {
      const lacking = [...misfits.values()].some(({ capability }) => capability !== undefined)
      const able = lacking ? this.fallbackOn('unsupported') : undefined
      if (able) return able
      throw noTargetError(call, misfits)
    }
    const { member, cooldownLeft, fallback, level } = soonest
    if (whenAllInCooldown === 'reject') return { retryAfterMs: cooldownLeft || PROBE_MS }
    // Others may be back when it has failed.
    this.fallbacks = fallbacks.filter((other) => other !== fallback)
    this.suspended = [begin(route, undefined)]
    this.position = { ...begin(fallback ?? route, undefined), level }
    return this.step(member, 0, 'all are in cooldown: the soonest back')
  }

  private step(member: Member, wait: number, reason: string, isRetry = false): RouteStep {
    this.attempts += 1
    this.isRetry = isRetry
    this.candidates.addTried(member.target.id)
    this.position = {
      ...this.position,
      triedHere: [...this.position.triedHere, { member, failure: undefined }],
    }
    return { member, wait, reason, params: this.position.leg.params }
  }
}

function levelsFrom({ leg, level }: Position): readonly Level[] {
  return leg.levels.slice(level)
}
