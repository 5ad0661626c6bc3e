/** Random draws that cost the same however many members there are, as long as most of them are available. */
import type { Member } from '../strategy.js'

/** Draws before every member is looked at. */
const DRAWS = 16

export type Available = (index: number) => boolean
export type Draw = (random: () => number, available: Available) => number

/** Indexes of the members that serve, and of those with a weight of 0, which serve when none of them can. */
export interface Ranks {
  readonly first: readonly number[]
  readonly last: readonly number[]
}

export function ranksOf(members: readonly Pick<Member, 'weight'>[]): Ranks {
  const first: number[] = []
  const last: number[] = []
  for (const [index, { weight }] of members.entries()) (weight > 0 ? first : last).push(index)
  return { first, last }
}

/** Index of an available member, by weight; -1 when there is none. `indexes`: those to draw from; default all. */
export function weightedDraw(
  members: readonly Pick<Member, 'weight'>[],
  indexes: Iterable<number> = members.keys(),
): Draw {
  const drawn = [...indexes]
  const ranks = ranksOf(drawn.map((index) => ({ weight: members[index]?.weight ?? 0 })))
  const first = ranks.first.map((slot) => drawn[slot] ?? 0)
  const last = ranks.last.map((slot) => drawn[slot] ?? 0)
  const weights = first.map((index) => members[index]?.weight ?? 0)
  const table = aliasTable(weights)
  return (random, available) => {
    for (let draw = Math.min(DRAWS, first.length); draw > 0; draw -= 1) {
      const index = first[drawFrom(table, random())] ?? 0
      if (available(index)) return index
    }
    const open = first.flatMap((index, slot) => (available(index) ? [slot] : []))
    if (open.length === 0) return evenDraw(last, random, available)
    let at = random() * open.reduce((sum, slot) => sum + (weights[slot] ?? 0), 0)
    const slot = open.find((candidate) => (at -= weights[candidate] ?? 0) < 0) ?? open.at(-1) ?? 0
    return first[slot] ?? -1
  }
}

/** One of `indexes` that is available, each as likely as another; -1 when there is none. */
export function evenDraw(indexes: readonly number[], random: () => number, available: Available): number {
  const found = fewDraws(indexes, random, available)
  if (found >= 0) return found
  let chosen = -1
  let open = 0
  for (const index of indexes) {
    if (!available(index)) continue
    open += 1
    if (random() * open < 1) chosen = index
  }
  return chosen
}

/** As {@link evenDraw}, but -1 as soon as a few draws found none. */
export function fewDraws(indexes: readonly number[], random: () => number, available: Available): number {
  for (let draw = Math.min(DRAWS, indexes.length); draw > 0; draw -= 1) {
    const index = indexes[Math.floor(random() * indexes.length)] ?? 0
    if (available(index)) return index
  }
  return -1
}

/** Every slot is shared by at most two members (Vose, A linear algorithm for generating random numbers, 1991). */
interface AliasTable {
  readonly share: Float64Array
  readonly other: Int32Array
}

function aliasTable(weights: readonly number[]): AliasTable {
  const largest = weights.reduce((most, weight) => Math.max(most, weight), 0)
  // Against the largest, so that the sum of any weights is finite.
  const total = weights.reduce((sum, weight) => sum + weight / largest, 0)
  const share = Float64Array.from(weights, (weight) => ((weight / largest) * weights.length) / total)
  const other = Int32Array.from(weights, (_, i) => i)
  const small: number[] = []
  const large: number[] = []
  for (const [i, value] of share.entries()) (value < 1 ? small : large).push(i)
  for (let low = small.pop(), high = large.pop(); low !== undefined && high !== undefined; low = small.pop()) {
    other[low] = high
    const left = (share[high] ?? 0) + (share[low] ?? 0) - 1
    share[high] = left
    if (left < 1) {
      small.push(high)
      high = large.pop()
    }
  }
  return { share, other }
}

function drawFrom({ share, other }: AliasTable, random: number): number {
  const scaled = random * share.length
  const slot = Math.min(share.length - 1, Math.floor(scaled))
  return scaled - slot < (share[slot] ?? 0) ? slot : (other[slot] ?? slot)
}
