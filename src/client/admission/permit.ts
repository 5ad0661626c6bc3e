/** What a call, or one of its attempts, holds while it runs: places, units of rates, and reservations of budgets. */
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

  /** The call or attempt has ended: its places are free. */
  leave(): void {
    if (this.left) return
    this.left = true
    for (const gate of this.gates) gate.leave()
  }

  /** Nothing was sent: gives back all that it holds. */
  undo(): void {
    if (this.left) return
    this.left = true
    this.settled = true
    for (const gate of this.gates) gate.undo(this.entry)
    this.reservation?.release()
  }

  /** It is not used: releases the reservation. Somebody else undoes its gates. */
  discard(): void {
    this.left = true
    this.settled = true
    this.reservation?.release()
  }

  /** Counts what was used; `undefined`: nothing. Only the first call counts. */
  settle(used: Consumption | undefined): void {
    if (this.settled) return
    this.settled = true
    for (const gate of this.gates) gate.used(this.entry, used ? used.tokens : 0)
    if (used) this.reservation?.settle(used)
    else this.reservation?.release()
  }
}
