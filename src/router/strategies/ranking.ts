import type { Group } from '../strategy.js'
import type { Available } from './draw.js'

/** Members that cannot serve which a pick passes by, however often, before it moves them out of the way. */
const PASSED = 16
/** How long a member in cooldown is behind the others then. */
const PARKED_MS = 1_000

/** Members in the order of a number that changes: a binary heap that knows where each member stands. */
export class Ranking {
  private readonly group: Pick<Group, 'members' | 'clock'>
  private readonly keys: Float64Array
  /** Among equal keys the lower comes first: whoever was taken goes behind the others. */
  private readonly ties: Float64Array
  private readonly heap: Int32Array
  private readonly places: Int32Array
  /** Tie of the one taken last. */
  private turn = 0
  /** 1 for members in cooldown that were moved behind the others. */
  private readonly parked: Uint8Array
  private readonly parking: { readonly index: number; readonly until: number }[] = []

  /**
   * @param keys - Of each member, greater than those of all others when it is to be the last resort.
   * @param ties - Where each member begins among equals.
   */
  constructor(
    group: Pick<Group, 'members' | 'clock'>,
    keys: (index: number) => number,
    ties: (index: number) => number,
  ) {
    this.group = group
    this.keys = Float64Array.from(group.members.keys(), keys)
    this.parked = new Uint8Array(this.keys.length)
    this.ties = Float64Array.from(this.keys.keys(), ties)
    this.heap = Int32Array.from(this.keys.keys())
    this.places = Int32Array.from(this.heap)
    for (let place = (this.heap.length >> 1) - 1; place >= 0; place -= 1) this.sink(place)
  }

  key(index: number): number {
    return this.keys[index] ?? Infinity
  }

  update(index: number, key: number): void {
    if (key === this.key(index)) return
    this.keys[index] = key
    this.restore(index)
  }

  /** A member was chosen: it stands `stride` further behind its equals, so that each gets its share (stride scheduling). */
  took(index: number, stride: number): void {
    this.turn = Math.max(this.turn, this.ties[index] ?? 0)
    this.ties[index] = this.turn + stride
    this.restore(index)
  }

  /**
   * Available members, lowest number first: `most` of them, and no more than are `near` enough to the first. Asks of
   * no more than are taken or passed by; those in cooldown are behind all others for a while once many were passed by.
   */
  lowest(
    available: Available,
    most = 1,
    near: (index: number, first: number) => boolean = () => true,
  ): readonly number[] {
    this.bringBack()
    const found: number[] = []
    const passed: number[] = []
    const frontier: number[] = this.heap.length > 0 ? [0] : []
    for (let place = this.pop(frontier); place !== undefined && found.length < most; place = this.pop(frontier)) {
      const index = this.heap[place] ?? 0
      if (!available(index)) passed.push(index)
      else if (near(index, found[0] ?? index)) found.push(index)
      else break
      for (const child of [2 * place + 1, 2 * place + 2]) if (child < this.heap.length) this.push(frontier, child)
    }
    for (let i = PASSED; i < passed.length; i += 1) this.skip(passed[i] ?? 0)
    return found
  }

  private skip(index: number): void {
    const cooldownLeft = this.group.members[index]?.health.cooldownLeft ?? 0
    if (cooldownLeft === 0) this.took(index, 0)
    else if (this.parked[index] === 0) {
      this.parked[index] = 1
      this.parking.push({ index, until: this.group.clock.now() + PARKED_MS })
      this.restore(index)
    }
  }

  private bringBack(): void {
    const first = this.parking[0]
    const now = this.group.clock.now()
    if (!first || first.until > now) return
    const still = this.parking.findIndex(({ until }) => until > now)
    for (const { index } of this.parking.splice(0, still < 0 ? this.parking.length : still)) {
      this.parked[index] = 0
      this.restore(index)
    }
  }

  /** `frontier` is a heap of places, so that passing by many costs no more than sorting them. */
  private push(frontier: number[], place: number): void {
    let at = frontier.push(place) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = frontier[parent] ?? 0
      if (!this.before(place, above)) break
      frontier[at] = above
      at = parent
    }
    frontier[at] = place
  }

  private pop(frontier: number[]): number | undefined {
    const top = frontier[0]
    const moved = frontier.pop()
    if (moved === undefined || frontier.length === 0) return top
    let at = 0
    for (let child = 1; child < frontier.length; child = 2 * at + 1) {
      const right = frontier[child + 1]
      if (right !== undefined && this.before(right, frontier[child] ?? 0)) child += 1
      const below = frontier[child] ?? 0
      if (!this.before(below, moved)) break
      frontier[at] = below
      at = child
    }
    frontier[at] = moved
    return top
  }

  /** Of two places in the heap. */
  private before(place: number, other: number): boolean {
    const first = this.heap[place] ?? 0
    const second = this.heap[other] ?? 0
    const behind = (this.parked[first] ?? 0) - (this.parked[second] ?? 0)
    if (behind !== 0) return behind < 0
    const a = this.key(first)
    const b = this.key(second)
    return a === b ? (this.ties[first] ?? 0) < (this.ties[second] ?? 0) : a < b
  }

  private restore(index: number): void {
    this.rise(this.places[index] ?? 0)
    this.sink(this.places[index] ?? 0)
  }

  private rise(from: number): void {
    for (let place = from; place > 0;) {
      const parent = (place - 1) >> 1
      if (!this.before(place, parent)) return
      this.swap(place, parent)
      place = parent
    }
  }

  private sink(from: number): void {
    for (let place = from; ;) {
      const left = 2 * place + 1
      if (left >= this.heap.length) return
      const right = left + 1
      const child = right < this.heap.length && this.before(right, left) ? right : left
      if (!this.before(child, place)) return
      this.swap(place, child)
      place = child
    }
  }

  private swap(a: number, b: number): void {
    const first = this.heap[a] ?? 0
    const second = this.heap[b] ?? 0
    this.heap[a] = second
    this.heap[b] = first
    this.places[second] = a
    this.places[first] = b
  }
}
