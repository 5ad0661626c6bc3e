/** Random draws that cost the same however many members there are, as long as most of them are available. */

/** Draws before every member is looked at. */
const DRAWS = 16

export type Draw = (random: () => number, available: (index: number) => boolean) => number

/** Index of an available member, by weight; -1 when there is none. A weight of 0 serves when nothing else does. */
export function weightedDraw(weights: readonly number[]): Draw {
  const table = aliasTable(weights)
  return (random, available) => {
    for (let draw = 0; table && draw < DRAWS; draw += 1) {
      const index = drawFrom(table, random())
      if (available(index)) return index
    }
    return scan(weights, random, available)
  }
}

/** Index of an available member, each as likely as another; -1 when there is none. */
export function evenDraw(count: number, random: () => number, available: (index: number) => boolean): number {
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const index = Math.floor(random() * count)
    if (available(index)) return index
  }
  const start = Math.floor(random() * count)
  for (let step = 0; step < count; step += 1) {
    const index = (start + step) % count
    if (available(index)) return index
  }
  return -1
}

/** Every slot is shared by at most two members (Vose, A linear algorithm for generating random numbers, 1991). */
interface AliasTable {
  readonly share: Float64Array
  readonly other: Int32Array
}

function aliasTable(weights: readonly number[]): AliasTable | undefined {
  const count = weights.length
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (total <= 0) return undefined
  const share = Float64Array.from(weights, (weight) => (weight * count) / total)
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

function scan(weights: readonly number[], random: () => number, available: (index: number) => boolean): number {
  const open: number[] = []
  const idle: number[] = []
  for (const [i, weight] of weights.entries()) if (available(i)) (weight > 0 ? open : idle).push(i)
  const total = open.reduce((sum, i) => sum + (weights[i] ?? 0), 0)
  let at = random() * total
  for (const i of open) {
    at -= weights[i] ?? 0
    if (at < 0) return i
  }
  return open.at(-1) ?? idle[Math.floor(random() * idle.length)] ?? -1
}
