import type { Choice, Member, Strategy } from '../strategy.js'
import { evenDraw } from './draw.js'
import { Ranking } from './ranking.js'

/** Share of the calls that go to a member at random, so that one that has become faster is found again. */
const EXPLORE = 0.05
/** Members nearly as fast as the fastest share its calls; this many at most. */
const SHARERS = 8

const number = (value: unknown): string | undefined =>
  typeof value === 'number' && value >= 0 ? undefined : 'a number of at least 0'

/**
 * The fastest: by time per output token, and by time to the first chunk for streams. A member that was not
 * seen yet gets one call at a time.
 */
export const latency: Strategy = {
  id: 'latency',
  /** `tolerance`: how much slower than the fastest a member may be and still share its calls. Default 0.1. */
  options: { tolerance: number },
  create({ members, random, options }) {
    const tolerance = typeof options['tolerance'] === 'number' ? options['tolerance'] : 0.1
    const whole = new Speed(members, ({ health }) => health.msPerToken)
    const streams = new Speed(members, ({ health }) => health.msToFirstChunk)
    return {
      select(call, available) {
        const speed = call.stream ? streams : whole
        return speed.select(available, random, tolerance)
      },
      changed(index) {
        whole.update(index)
        streams.update(index)
      },
    }
  },
}

class Speed {
  private readonly members: readonly Member[]
  private readonly measure: (member: Member) => number | undefined
  private readonly ranking: Ranking
  private readonly unseen: Set<number>

  constructor(members: readonly Member[], measure: (member: Member) => number | undefined) {
    this.members = members
    this.measure = measure
    this.ranking = new Ranking(members.map(() => Infinity))
    this.unseen = new Set(members.keys())
    for (const index of members.keys()) this.update(index)
  }

  update(index: number): void {
    const member = this.members[index]
    const ms = member && this.measure(member)
    if (ms === undefined) return
    this.unseen.delete(index)
    this.ranking.update(index, ms)
  }

  select(available: (index: number) => boolean, random: () => number, tolerance: number): Choice | undefined {
    const idle = (index: number): boolean => this.members[index]?.health.inFlight === 0 && available(index)
    for (const index of this.unseen) if (idle(index)) return { index, reason: 'not measured yet' }
    if (random() < EXPLORE) {
      const index = evenDraw(this.members.length, random, idle)
      if (index >= 0) return { index, reason: 'explore' }
    }
    const near: number[] = []
    for (const index of this.ranking.lowest(available)) {
      const limit = this.ranking.key(near[0] ?? index) * (1 + tolerance)
      if (this.ranking.key(index) > limit) break
      near.push(index)
      if (near.length === SHARERS) break
    }
    const index = near[Math.floor(random() * near.length)]
    return index === undefined ? undefined : { index, reason: 'lowest latency' }
  }
}
