/** Identical calls at the same time: one leads, the others wait for its answer. */
import { unref } from '../../kernel/platform.js'

/** Milliseconds that a leader may take before one of those that wait leads too: it may be a stream that is read slowly. */
export const PATIENCE = 30_000

interface Flight<Call> {
  /** Calls that ask a provider now. */
  readonly leading: Set<Call>
  readonly waiting: Map<Call, (turn: Turn) => void>
  /** How many may lead at once: as many as have failed, so that a long queue is done with soon, and never all at once. */
  width: number
  hasFailed: boolean
  timer: NodeJS.Timeout | undefined
}

/** What a call does next: ask a provider itself, or take the answer that came. */
export type Turn = 'lead' | { readonly value: string }

export class Flights<Call> {
  private readonly flights = new Map<string, Flight<Call>>()
  /** Where each call is. */
  private readonly keys = new Map<Call, string>()

  /** `call` takes part in the flight of `key`, until it has left or landed. */
  join(key: string, call: Call): Turn | Promise<Turn> {
    const flight = this.flights.get(key) ?? this.begin(key)
    this.keys.set(call, key)
    if (flight.leading.size < flight.width) {
      flight.leading.add(call)
      return 'lead'
    }
    return new Promise((resolve) => {
      flight.waiting.set(call, resolve)
      flight.timer ??= unref(setTimeout(() => this.lostPatience(key, flight), PATIENCE))
    })
  }

  /** The call has an answer that others may get. All that wait get it. */
  land(call: Call, value: string): void {
    const flight = this.leave(call)
    if (!flight) return
    const { waiting } = flight.flight
    for (const [follower, resolve] of waiting) {
      this.keys.delete(follower)
      resolve({ value })
    }
    waiting.clear()
    this.next(flight.key, flight.flight)
  }

  /** The call has none. @param failed - Whether others must expect the same; not so if its caller has given it up. */
  miss(call: Call, failed: boolean): void {
    const left = this.leave(call)
    if (!left) return
    const { key, flight, led } = left
    if (failed && led) {
      if (flight.hasFailed) flight.width += 1
      flight.hasFailed = true
    }
    this.next(key, flight)
  }

  private begin(key: string): Flight<Call> {
    const flight: Flight<Call> = {
      leading: new Set(),
      waiting: new Map(),
      width: 1,
      hasFailed: false,
      timer: undefined,
    }
    this.flights.set(key, flight)
    return flight
  }

  private leave(
    call: Call,
  ): { readonly key: string; readonly flight: Flight<Call>; readonly led: boolean } | undefined {
    const key = this.keys.get(call)
    const flight = key === undefined ? undefined : this.flights.get(key)
    if (key === undefined || !flight) return undefined
    this.keys.delete(call)
    flight.waiting.delete(call)
    return { key, flight, led: flight.leading.delete(call) }
  }

  /** Lets as many lead as may. */
  private next(key: string, flight: Flight<Call>): void {
    for (const [call, resolve] of flight.waiting) {
      if (flight.leading.size >= flight.width) break
      flight.waiting.delete(call)
      flight.leading.add(call)
      resolve('lead')
    }
    if (flight.waiting.size > 0) return
    clearTimeout(flight.timer)
    flight.timer = undefined
    if (flight.leading.size === 0) this.flights.delete(key)
  }

  private lostPatience(key: string, flight: Flight<Call>): void {
    flight.timer = undefined
    flight.width = flight.leading.size + 1
    this.next(key, flight)
    if (flight.waiting.size > 0) flight.timer = unref(setTimeout(() => this.lostPatience(key, flight), PATIENCE))
  }
}
