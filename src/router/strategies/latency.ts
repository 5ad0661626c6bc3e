import type { Choice, Group, Member, Selector, Strategy } from '../strategy.js'
import { evenDraw, fewDraws, ranksOf, type Available, type Ranks } from './draw.js'
import { Exploration } from './exploration.js'
import { Load } from './load.js'
import { Ranking } from './ranking.js'

/** The most members, nearly as fast as the fastest, that share its calls. */
const SHARERS = 8
/** Members that were never tried and cannot serve now that a pick passes by at most. */
const LOOKS = 8

const number = (value: unknown): string | undefined =>
  typeof value === 'number' && value >= 0 ? undefined : 'a number of at least 0'

/**
 * Picks the fastest: by time per output token, and by time to the first chunk for streams; by time to the answer if answers
 * have no output tokens, as with embeddings. A member that was not measured yet gets one call.
 */
export const latency: Strategy = {
  id: 'latency',
  /** `tolerance`: how much slower than the fastest a member may be and still share its calls. Default 0.1. */
  options: { tolerance: number },
  create(group) {
    const load = new Load(group)
    const ranks = ranksOf(group.members)
    const speed = (measure: Measure): Speed => new Speed(group, ranks, load, measure)
    const whole = speed(({ health }) => health.msPerToken)
    const streams = speed(({ health }) => health.msToFirstChunk)
    const answers = speed(({ health }) => health.latency)
    const { random } = group
    const pick = ({ stream }: { readonly stream: boolean }, available: Available): Choice | undefined => {
      const found = (stream ? streams : whole).select(available) ?? answers.select(available)
      if (found) return found
      const index = evenDraw(ranks.first, random, available)
      if (index >= 0) return { index, reason: 'nothing measured yet' }
      const last = evenDraw(ranks.last, random, available)
      return last < 0 ? undefined : { index: last, reason: 'nothing else available' }
    }
    return {
      select(call, available) {
        load.expire()
        const choice = pick(call, available)
        if (choice) load.promise(choice.index)
        return choice
      },
      changed(index) {
        load.changed(index)
        for (const each of [whole, streams, answers]) each.update(index)
      },
    } satisfies Selector
  },
}

type Measure = (member: Member) => number | undefined

/** Members by one measure. */
class Speed {
  private readonly members: readonly Member[]
  private readonly measure: Measure
  private readonly random: () => number
  private readonly tolerance: number
  private readonly indexes: readonly number[]
  private readonly load: Load
  private readonly ranking: Ranking
  private readonly exploration: Exploration
  /** Members that were neither measured nor chosen, next to be tried first. */
  private readonly untried: Set<number>

  constructor(group: Group, { first }: Ranks, load: Load, measure: Measure) {
    const { members, clock, random, options } = group
    const { tolerance } = options
    this.members = members
    this.measure = measure
    this.random = random
    this.tolerance = typeof tolerance === 'number' ? tolerance : 0.1
    this.indexes = first
    this.load = load
    this.ranking = new Ranking(group, () => Infinity, random)
    this.exploration = new Exploration(members.length, clock, random)
    this.untried = new Set(first)
    for (const index of first) this.update(index)
  }

  update(index: number): void {
    const member = this.members[index]
    const ms = member && member.weight > 0 ? this.measure(member) : undefined
    if (ms === undefined || ms === this.ranking.key(index)) return
    this.untried.delete(index)
    this.exploration.seen(index)
    this.ranking.update(index, ms)
  }

  /** `undefined` when no member that is available was measured. */
  select(available: Available): Choice | undefined {
    const untried = this.nextUntried(available)
    if (untried !== undefined) return { index: untried, reason: 'not measured yet' }
    if (this.exploration.due) {
      const index = fewDraws(
        this.indexes,
        this.random,
        (candidate) => this.exploration.isStale(candidate) && this.load.of(candidate) === 0 && available(candidate),
      )
      if (index >= 0) {
        this.exploration.seen(index)
        return { index, reason: 'explore' }
      }
    }
    const near = this.nearFastest(available)
    const index = near[Math.floor(this.random() * near.length)]
    if (index === undefined) return undefined
    this.ranking.took(index, 1)
    return { index, reason: 'lowest latency' }
  }

  /** Each once: one that failed is found again by exploration, and does not meet every call with its failure. */
  private nextUntried(available: Available): number | undefined {
    let looks = LOOKS
    for (const index of this.untried) {
      if (looks === 0) return undefined
      looks -= 1
      this.untried.delete(index)
      if (this.load.of(index) === 0 && available(index)) return index
      // To the end of the queue.
      this.untried.add(index)
    }
    return undefined
  }

  private nearFastest(available: Available): readonly number[] {
    const msOf = (index: number): number => this.ranking.key(index)
    return this.ranking.lowest(
      available,
      SHARERS,
      (index, first) => msOf(index) !== Infinity && msOf(index) <= msOf(first) * (1 + this.tolerance),
    )
  }
}
