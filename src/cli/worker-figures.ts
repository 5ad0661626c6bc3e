/** Figures of all workers, for whichever of them is asked. */
import type { Worker } from 'node:cluster'
import type { Figures } from '../gateway/prometheus.js'

export type FromWorker =
  | { readonly kind: 'serves'; readonly greeting: string }
  | { readonly kind: 'gather'; readonly id: number }
  | { readonly kind: 'figures'; readonly round: number; readonly figures: Figures }

export type ToWorker =
  | { readonly kind: 'figures?'; readonly round: number }
  | { readonly kind: 'gathered'; readonly id: number; readonly all: readonly Figures[] }

/** Milliseconds after which a worker that does not answer is left out. */
const PATIENCE = 1_000

interface Round {
  readonly left: Set<Worker>
  readonly all: Figures[]
  readonly end: () => void
}

export class FigureRounds {
  private readonly members = new Set<Worker>()
  private readonly open = new Map<number, Round>()
  private rounds = 0

  join(worker: Worker): void {
    this.members.add(worker)
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'gather') this.gather(worker, message.id)
      if (message.kind === 'figures') this.hear(worker, message.round, message.figures)
    })
  }

  leave(worker: Worker): void {
    this.members.delete(worker)
    for (const round of this.open.values()) strike(round, worker)
  }

  private gather(asker: Worker, id: number): void {
    this.rounds += 1
    const number = this.rounds
    const end = (): void => {
      clearTimeout(timer)
      if (!this.open.delete(number)) return
      const all = round.all.toSorted((a, b) => Number(a.worker) - Number(b.worker))
      tell(asker, { kind: 'gathered', id, all })
    }
    const timer = setTimeout(end, PATIENCE)
    const round: Round = { left: new Set(this.members), all: [], end }
    this.open.set(number, round)
    for (const member of this.members) tell(member, { kind: 'figures?', round: number })
  }

  private hear(worker: Worker, number: number, figures: Figures): void {
    const round = this.open.get(number)
    if (!round) return
    round.all.push(figures)
    strike(round, worker)
  }
}

function strike({ left, end }: Round, worker: Worker): void {
  left.delete(worker)
  if (left.size === 0) end()
}

/** One that ends meanwhile is told nothing. */
function tell(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message)
}
