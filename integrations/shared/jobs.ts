/**
 * Work that a provider does after it has answered: one call begins it, others ask for it until it is there, and a helper may do
 * both. However it is asked for, what it took is told once.
 */
import { context, type Attributes } from '@opentelemetry/api'
import {
  asString,
  semconv,
  slotOf,
  reportsUsage,
  type CallDeclaration,
  type Declared,
} from '../../src/autolog/contract.js'

export interface Job {
  /** What all of its calls have in common. Its `answer` gives the job. */
  readonly shared: Omit<CallDeclaration, 'protocol'>
  /** Of an answer with usage. */
  readonly protocol: CallDeclaration['protocol']
  readonly id: (answer: unknown) => unknown
  readonly status: (answer: unknown) => unknown
  /** Whether a status is one of work that is not done. */
  readonly isRunning: (status: unknown) => boolean
  /** An answer that says no more than its id. Default: `{ id }`. */
  readonly bare?: (id: string) => unknown
}

export interface JobCalls {
  /** Begins it: the inference, whose usage is not known yet. */
  readonly begin: Declared
  /** Asks for it. */
  readonly fetch: Declared
  /** Does all of it: one call, whatever it does inside. */
  readonly whole: Declared
}

/** A helper makes calls of its SDK on its way, which are part of its own. */
const unlessInside =
  (declaration: CallDeclaration): Declared =>
  () => {
    const slot = slotOf(context.active())
    const isInside = slot?.call?.ended === false && slot.start?.provider === declaration.provider
    return isInside ? undefined : declaration
  }

export function jobCalls({
  shared,
  protocol,
  id,
  status,
  isRunning,
  bare = (known) => ({ id: known }),
}: Job): JobCalls {
  const told = (result: unknown): unknown => shared.answer?.(result) ?? result
  const statusOf = (result: unknown): Attributes => {
    const known = asString(status(told(result)))
    const more = shared.responseAttributes?.(result)
    return { ...more, ...(known !== undefined && { [semconv.RESPONSE_STATUS]: known.toLowerCase() }) }
  }
  /** Without what it took, where that was reported. */
  const once = (result: unknown): unknown => {
    const answer = told(result)
    const known = asString(id(answer))
    // Nobody can ask again for one without an id.
    if (known === undefined || known === '') return answer
    const reports = reportsUsage(known, { finished: !isRunning(status(answer)), inBackground: true })
    return reports ? answer : bare(known)
  }
  return {
    begin: unlessInside({ ...shared, protocol, responseAttributes: statusOf, answer: once }),
    fetch: unlessInside({
      ...shared,
      protocol,
      operation: 'fetch_response',
      responseAttributes: statusOf,
      answer: once,
    }),
    whole: unlessInside({ ...shared, protocol, answer: once }),
  }
}
