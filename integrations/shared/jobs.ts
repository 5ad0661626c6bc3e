/**
 * Work that one call begins and others ask about: what it took is known when it is over, and is said by the call that learns
 * it first.
 */
import type { Attributes } from '@opentelemetry/api'
import { asString, path, semconv, tellsUsage, type CallDeclaration } from '../../src/autolog/contract.js'

const RUNNING: ReadonlySet<unknown> = new Set(['queued', 'pending', 'starting', 'processing', 'in_progress'])

const isFirst = (job: unknown): boolean =>
  tellsUsage(asString(path(job, 'id')), { finished: !RUNNING.has(path(job, 'status')), inBackground: false })

const isRunning = (job: unknown): boolean => RUNNING.has(path(job, 'status'))

function statusOf(job: unknown): Attributes {
  const status = asString(path(job, 'status'))
  return status === undefined ? {} : { [semconv.RESPONSE_STATUS]: status }
}

export interface JobReaders {
  /** What a job says of itself, in terms of the format. Default: as it stands. */
  readonly answer?: (job: unknown) => unknown
  /** Attributes of a job that is over, such as what it took. */
  readonly attributes?: (job: unknown) => Attributes
}

/** The call that begins one. */
export function beginsJob(declaration: CallDeclaration, { answer, attributes }: JobReaders = {}): CallDeclaration {
  return {
    ...declaration,
    answer(job) {
      // Remembers it, for calls that ask later.
      isFirst(job)
      return isRunning(job) ? known(job) : answer ? answer(job) : job
    },
    responseAttributes: (job) => ({ ...statusOf(job), ...(!isRunning(job) && attributes?.(job)) }),
  }
}

/** A call that asks about one, or waits for it. */
export function asksJob(declaration: CallDeclaration, { answer, attributes }: JobReaders = {}): CallDeclaration {
  const first = new WeakSet<object>()
  return {
    ...declaration,
    operation: 'fetch_response',
    responseAttributes(job) {
      const tells = isFirst(job)
      if (tells) first.add(job as object)
      return { ...statusOf(job), ...(tells && attributes?.(job)) }
    },
    answer: (job) => (first.has(job as object) ? (answer ? answer(job) : job) : known(job)),
  }
}

/** What is not new. */
const known = (job: unknown): object => ({ id: path(job, 'id'), model: path(job, 'model') })
