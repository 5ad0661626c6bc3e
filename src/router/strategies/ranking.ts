/** Members in the order of a number that changes: a binary heap that knows where each member stands. */
export class Ranking {
  private readonly keys: Float64Array
  /** Among equal keys the lower comes first: whoever was taken goes behind the others. */
  private readonly ties: Float64Array
  private readonly heap: Int32Array
  private readonly places: Int32Array
  /** Tie of the one taken last. */
  private turn = 0

  /** @param ties - Where each member begins among equals, 0 to 1. */
  constructor(keys: Iterable<number>, ties: (index: number) => number) {
    this.keys = Float64Array.from(keys)
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

  /** Available members, lowest number first. Looks at no more of them than are taken or passed by. */
  *lowest(available: (index: number) => boolean): Generator<number> {
    const frontier: number[] = this.heap.length > 0 ? [0] : []
    for (let place = this.pop(frontier); place !== undefined; place = this.pop(frontier)) {
      const index = this.heap[place] ?? 0
      for (const child of [2 * place + 1, 2 * place + 2]) if (child < this.heap.length) this.push(frontier, child)
      if (available(index)) yield index
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
    const a = this.key(first)
    const b = this.key(second)
    return a === b ? (this.ties[first] ?? 0) < (this.ties[second] ?? 0) : a < b
  }

  private restore(index: number): void {
    this.rise(this.places[index] ?? 0)
    this.sink(this.places[index] ?? 0)
  }

  private rise(from: number): void {
    for (let place = from; place > 0; ) {
      const parent = (place - 1) >> 1
      if (!this.before(place, parent)) return
      this.swap(place, parent)
      place = parent
    }
  }

  private sink(from: number): void {
    for (let place = from; ; ) {
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
