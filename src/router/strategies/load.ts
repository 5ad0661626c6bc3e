import type { Group } from '../strategy.js'

/** An attempt that has not begun so long after its pick will not: its call waits for a limit, or went elsewhere. */
const PROMISE_MS = 100

/**
 * Attempts under way at each member, with those that were picked and are about to begin: calls that are made in
 * one go choose before the first of them has begun, and must not all choose alike.
 */
export class Load {
  private readonly group: Pick<Group, 'members' | 'clock'>
  private readonly moved: (index: number) => void
  private readonly promised: Int32Array
  /** Attempts under way when last told. */
  private readonly known: Int32Array
  /** Of the promises in the queue, those that were kept. */
  private readonly kept: Int32Array
  private queue: { readonly index: number; readonly until: number }[] = []
  private head = 0

  /** @param moved - Notice when the load of a member has changed without a pick. */
  constructor(group: Pick<Group, 'members' | 'clock'>, moved: (index: number) => void = () => undefined) {
    this.group = group
    this.moved = moved
    const { members } = group
    this.promised = new Int32Array(members.length)
    this.kept = new Int32Array(members.length)
    this.known = Int32Array.from(members, ({ health }) => health.inFlight)
  }

  of(index: number): number {
    return (this.group.members[index]?.health.inFlight ?? 0) + (this.promised[index] ?? 0)
  }

  /** A call was sent there. */
  promise(index: number): void {
    this.promised[index] = (this.promised[index] ?? 0) + 1
    this.queue.push({ index, until: this.group.clock.now() + PROMISE_MS })
  }

  /** An attempt began or ended there. */
  changed(index: number): void {
    const inFlight = this.group.members[index]?.health.inFlight ?? 0
    const began = inFlight > (this.known[index] ?? 0)
    this.known[index] = inFlight
    if (!began || (this.promised[index] ?? 0) === 0) return
    this.promised[index] = (this.promised[index] ?? 0) - 1
    this.kept[index] = (this.kept[index] ?? 0) + 1
  }

  /** Forgets promises that were not kept. To be called before a pick. */
  expire(): void {
    const now = this.group.clock.now()
    for (let next = this.queue[this.head]; next && next.until <= now; next = this.queue[this.head]) {
      this.head += 1
      const { index } = next
      if ((this.kept[index] ?? 0) > 0) this.kept[index] = (this.kept[index] ?? 0) - 1
      else {
        this.promised[index] = (this.promised[index] ?? 0) - 1
        this.moved(index)
      }
    }
    if (this.head > 1024 && this.head * 2 > this.queue.length) {
      this.queue = this.queue.slice(this.head)
      this.head = 0
    }
  }
}
