/** The position of a call on its way through its targets. */
import type { ErrorClass } from '../policies/classify-error.js'
import type { FailedStep } from './route-step.js'
import type { Fallback, Level, Route } from './route.js'
import type { Member } from './strategy.js'

/** The route, or a fallback. */
export interface Leg {
  readonly levels: readonly Level[]
  readonly params: Readonly<Record<string, unknown>> | undefined
  /** Why the fallback was entered; `undefined` for the call's own targets. */
  readonly after: ErrorClass | undefined
}

/** A member that was tried. */
export interface TriedMember {
  readonly member: Member
  /** `undefined` while it is under way, or when it failed in parallel with another one. */
  failure: Pick<FailedStep, 'errorClass' | 'retryAfterMs'> | undefined
}

export interface Position {
  readonly leg: Leg
  readonly level: number
  readonly retries: number
  /** Members tried at this level, newest last. */
  readonly triedHere: readonly TriedMember[]
}

export function begin(
  { levels, params }: Pick<Route, 'levels'> & Partial<Fallback>,
  after: ErrorClass | undefined,
): Position {
  return { leg: { levels, params, after }, level: 0, retries: 0, triedHere: [] }
}
