import type { Strategy } from '../strategy.js'
import { evenDraw, ranksOf, type Available } from './draw.js'
import { Exploration } from './exploration.js'
import { Load } from './load.js'

/** How good a member is, lower is better: first by kind, then by load. */
interface Grade {
  readonly kind: number
  readonly load: number
}

/** Never measured, idle, and without recent failures: it gets a call, one at a time. */
const NEW = 0
const MEASURED = 1
/** Never measured, and busy with its first call or failing. */
const UNKNOWN = 2

/** Errors below this share do not keep a new member from being tried. */
const FEW_ERRORS = 0.1
/** The least share of answers that is assumed, so that loads stay comparable. */
const LEAST_ANSWERED = 0.02

/**
 * Picks the better of two random members, by peak latency, attempts under way and error rate (Mitzenmacher, The power of
 * two choices in randomized load balancing, 2001). No call looks at more than two.
 */
export const adaptive: Strategy = {
  id: 'adaptive',
  create(group) {
    const { members, clock, random } = group
    const ranks = ranksOf(members)
    const load = new Load(group)
    const exploration = new Exploration(members.length, clock, random)

    // A failure costs more than its time, one of the few attempts of a call; hence the third power.
    const grade = (index: number): Grade => {
      const member = members[index]
      if (!member) return { kind: UNKNOWN, load: Infinity }
      const { latency, errorRate } = member.health
      const under = load.of(index)
      const answered = Math.max(LEAST_ANSWERED, 1 - errorRate)
      const kind = latency !== undefined ? MEASURED : under === 0 && errorRate < FEW_ERRORS ? NEW : UNKNOWN
      return { kind, load: ((latency ?? 1) * (under + 1)) / (answered ** 3 * (member.weight || 1)) }
    }

    const pick = (indexes: readonly number[], available: Available) => {
      const first = evenDraw(indexes, random, available)
      if (first < 0) return undefined
      const second = indexes.length > 1 ? evenDraw(indexes, random, (index) => index !== first && available(index)) : -1
      if (second < 0) return { index: first, reason: 'the only one' }
      const [a, b] = [grade(first), grade(second)]
      const isSecond = b.kind === a.kind ? b.load < a.load : b.kind < a.kind
      const [better, worse] = isSecond ? [second, first] : [first, second]
      if (Math.min(a.kind, b.kind) === NEW) return { index: better, reason: 'not measured yet' }
      if (load.of(worse) === 0 && exploration.isStale(worse) && exploration.due)
        return { index: worse, reason: 'explore' }
      return { index: better, reason: 'lower load of two' }
    }

    return {
      select(_call, available) {
        load.expire()
        const choice = pick(ranks.first, available) ?? pick(ranks.last, available)
        if (!choice) return undefined
        load.promise(choice.index)
        exploration.seen(choice.index)
        return choice
      },
      changed: (index) => load.changed(index),
    }
  },
}
