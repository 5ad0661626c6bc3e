/** What a call, or one of its attempts, holds while it runs: places, what it took of rates, what it reserved of budgets. */
import type { GateEntry } from './gate-entry.js'
import type { Gate } from './gate.js'
import type { Reservation } from './budgets.js'
import type { Consumption } from './consumption.js'

export class Permit {
  readonly gates: readonly Gate[]
  private readonly entry: GateEntry
  private readonly reservation: Reservation | undefined
  private left = false
  private settled = false

  constructor(gates: readonly Gate[], entry: GateEntry, reservation?: Reservation) {
    this.gates = gates
    this.entry = entry
    this.reservation = reservation
  }

  /** It no longer runs: its places are free. */
  leave(): void {
    if (this.left) return
    this.left = true
    for (const gate of this.gates) gate.leave()
  }

  /** Nothing was sent: all is as if it had not been let in. */
  undo(): void {
    if (this.left) return
    this.left = true
    this.settled = true
    for (const gate of this.gates) gate.undo(this.entry)
    this.reservation?.release()
  }

  /** It is not used, and others have its gates. */
  forgo(): void {
    this.left = true
    this.settled = true
    this.reservation?.release()
  }

  /** What it used is known; `undefined`: nothing. Only the first word counts. */
  settle(used: Consumption | undefined): void {
    if (this.settled) return
    this.settled = true
    for (const gate of this.gates) gate.used(this.entry, used ? used.tokens : 0)
    if (used) this.reservation?.settle(used)
    else this.reservation?.release()
  }
}
