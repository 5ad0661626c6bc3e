/** What admission knows of a call, and what its gates know. */
import type { Itinerary } from '../../router/itinerary.js'
import type { RouteStep } from '../../router/route-step.js'
import type { CallLimits } from '../call/time-limits.js'
import type { ClientContext } from '../context.js'
import type { CallOptions } from '../types/options.js'
import type { Demand, DemandPlace } from './demand.js'
import type { GateEntry } from './gate-entry.js'
import type { Permit } from './permit.js'

/** A call, as admission sees it. */
export interface AdmittedCall {
  readonly client: ClientContext
  readonly options: CallOptions
  readonly itinerary: Itinerary
  readonly demand: Demand
  readonly limits: CallLimits
  /** What the whole call holds, in addition to its attempts. */
  permit: Permit | undefined
}

/** A step whose attempt may run, with what it holds. */
export interface AdmittedStep extends RouteStep {
  readonly permit?: Permit | undefined
}

/** A call, or one of its attempts, as gates see it. */
export class CallEntry implements GateEntry {
  readonly priority: number
  private readonly call: AdmittedCall
  private readonly places: readonly DemandPlace[]
  private estimated: number | undefined

  /** @param places - Where an attempt may go; none for the call itself. */
  constructor(call: AdmittedCall, places: readonly DemandPlace[] = []) {
    this.call = call
    this.places = places
    this.priority = call.options.priority ?? 0
  }

  get tokens(): number {
    const { call, places } = this
    return (this.estimated ??=
      places.length === 0 ? call.demand.tokens() : Math.max(...places.map((place) => call.demand.tokens(place))))
  }

  get requests(): number {
    return Math.max(1, ...this.places.map((place) => this.call.demand.requests(place)))
  }

  get remaining(): number {
    return this.call.limits.remaining
  }
}
