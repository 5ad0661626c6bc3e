/**
 * Work that a provider does after it has answered: one call begins it, others ask for it until it is there, and a helper may do
 * both. However it is asked for, what it took is told once, by the call that learns it first.
 */
import { context, type Attributes } from '@opentelemetry/api'
import {
  asString,
  isObject,
  reportsUsage,
  semconv,
  slotOf,
  type CallDeclaration,
  type Declared,
} from '../../src/autolog/contract.js'

/** Where an answer says what the work is and how far it is. */
export interface JobFacts {
  readonly id: (answer: unknown) => unknown
  readonly status: (answer: unknown) => unknown
  /** Whether a status is one of work that is not done. */
  readonly isRunning: (status: unknown) => boolean
  /** An answer that says no more than its id. Default: `{ id }`. */
  readonly bare?: (id: string) => unknown
  /** Attributes of what it took. */
  readonly took?: (answer: unknown) => Attributes
}

/** Each takes the declaration of a call, whose `answer` gives the job. */
export interface JobDeclarations {
  /** Begins it, and may wait for it: the inference. */
  readonly begin: (declaration: CallDeclaration) => CallDeclaration
  /** Asks for it. */
  readonly fetch: (declaration: CallDeclaration) => CallDeclaration
}

export function jobOf({ id, status, isRunning, bare = (known) => ({ id: known }), took }: JobFacts): JobDeclarations {
  /** By what a method resolved to, which is read more than once. */
  const decided = new WeakMap<object, boolean>()

  /**
   * Whether this answer tells what the work took. The call that began it always does, if it is over by then; nobody can ask
   * again for one without an id.
   */
  function tells(result: unknown, answer: unknown, begins: boolean): boolean {
    const known = isObject(result) ? decided.get(result) : undefined
    if (known !== undefined) return known
    const name = asString(id(answer))
    const finished = !isRunning(status(answer))
    const isFirst = reportsUsage(name === '' ? undefined : name, { finished, inBackground: true })
    const told = finished && (begins || isFirst || name === undefined || name === '')
    if (isObject(result)) decided.set(result, told)
    return told
  }

  function declared(declaration: CallDeclaration, begins: boolean): CallDeclaration {
    const answerIn = (result: unknown): unknown => declaration.answer?.(result) ?? result
    return {
      ...declaration,
      responseAttributes(result) {
        const answer = answerIn(result)
        const [name, state] = [asString(id(answer)), asString(status(answer))]
        return {
          ...declaration.responseAttributes?.(result),
          ...(name !== undefined && name !== '' && { [semconv.RESPONSE_ID]: name }),
          ...(state !== undefined && { [semconv.RESPONSE_STATUS]: state.toLowerCase() }),
          ...(took && tells(result, answer, begins) && took(answer)),
        }
      },
      answer(result) {
        const answer = answerIn(result)
        const name = asString(id(answer))
        if (name === undefined || name === '' || tells(result, answer, begins)) return answer
        return bare(name)
      },
    }
  }

  return {
    begin: (declaration) => declared(declaration, true),
    fetch: (declaration) => declared({ ...declaration, operation: 'fetch_response' }, false),
  }
}

/** A helper makes calls of its SDK on its way, which are part of its own. */
const unlessInside =
  (declaration: CallDeclaration): Declared =>
  () => {
    const slot = slotOf(context.active())
    const isInside = slot?.call?.ended === false && slot.start?.provider === declaration.provider
    return isInside ? undefined : declaration
  }

interface Job extends JobFacts {
  /** Of all of its calls. */
  readonly call: CallDeclaration
}

type JobCalls = Readonly<Record<keyof JobDeclarations, Declared>>

/** For an SDK whose helpers call its other methods. */
export function jobCalls({ call, ...facts }: Job): JobCalls {
  const { begin, fetch } = jobOf(facts)
  return { begin: unlessInside(begin(call)), fetch: unlessInside(fetch(call)) }
}
