/** Where a call is on its way through its targets. */
import type { ErrorClass } from '../policies/classify-error.js'
import type { FailedStep } from './route-step.js'
import type { Fallback, Level, Route } from './route.js'
import type { Member } from './strategy.js'

/** The route, or a fallback. */
export interface Leg {
  readonly levels: readonly Level[]
  readonly params: Readonly<Record<string, unknown>> | undefined
  /** Why it was entered; `undefined` for the call's own. */
  readonly after: ErrorClass | undefined
}

/** A member that an attempt was made at. */
export interface Tried {
  readonly member: Member
  /** `undefined` while it is under way, or when it failed beside another one. */
  failure: Pick<FailedStep, 'errorClass' | 'retryAfterMs'> | undefined
}

export interface Position {
  readonly leg: Leg
  readonly level: number
  readonly retries: number
  /** Members tried at this level, newest last. */
  readonly here: readonly Tried[]
}

export function begin(
  { levels, params }: Pick<Route, 'levels'> & Partial<Fallback>,
  after: ErrorClass | undefined,
): Position {
  return { leg: { levels, params, after }, level: 0, retries: 0, here: [] }
}
