/** Members in the order of a number that changes: a binary heap that knows where each member stands. */
export class Ranking {
  private readonly keys: Float64Array
  private readonly heap: Int32Array
  private readonly places: Int32Array

  constructor(keys: Iterable<number>) {
    this.keys = Float64Array.from(keys)
    this.heap = Int32Array.from(this.keys.keys())
    this.places = Int32Array.from(this.heap)
    for (let place = (this.heap.length >> 1) - 1; place >= 0; place -= 1) this.sink(place)
  }

  key(index: number): number {
    return this.keys[index] ?? Infinity
  }

  update(index: number, key: number): void {
    const before = this.key(index)
    this.keys[index] = key
    const place = this.places[index] ?? 0
    if (key < before) this.rise(place)
    else if (key > before) this.sink(place)
  }

  /** Available members, lowest number first. Looks at no more of them than are taken or passed by. */
  *lowest(available: (index: number) => boolean): Generator<number> {
    if (this.heap.length === 0) return
    const frontier = [0]
    while (frontier.length > 0) {
      let best = 0
      for (let i = 1; i < frontier.length; i += 1) {
        if (this.keyAt(frontier[i] ?? 0) < this.keyAt(frontier[best] ?? 0)) best = i
      }
      const place = frontier[best] ?? 0
      const last = frontier.pop()
      if (best < frontier.length && last !== undefined) frontier[best] = last
      const index = this.heap[place] ?? 0
      for (const child of [2 * place + 1, 2 * place + 2]) if (child < this.heap.length) frontier.push(child)
      if (available(index)) yield index
    }
  }

  private keyAt(place: number): number {
    return this.key(this.heap[place] ?? 0)
  }

  private rise(from: number): void {
    for (let place = from; place > 0; ) {
      const parent = (place - 1) >> 1
      if (this.keyAt(parent) <= this.keyAt(place)) return
      this.swap(place, parent)
      place = parent
    }
  }

  private sink(from: number): void {
    for (let place = from; ; ) {
      const left = 2 * place + 1
      if (left >= this.heap.length) return
      const right = left + 1
      const child = right < this.heap.length && this.keyAt(right) < this.keyAt(left) ? right : left
      if (this.keyAt(place) <= this.keyAt(child)) return
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
