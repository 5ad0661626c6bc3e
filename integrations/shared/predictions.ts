/**
 * Work that one call begins and others ask about: what it took is known when it is over, and is said by the call that learns
 * it first.
 */
import type { Attributes } from '@opentelemetry/api'
import { asString, path, semconv, reportsUsage, type CallDeclaration } from '../../src/autolog/contract.js'

const RUNNING: ReadonlySet<unknown> = new Set(['queued', 'pending', 'starting', 'processing', 'in_progress'])

const isRunning = (job: unknown): boolean => RUNNING.has(path(job, 'status'))

/** Whether the call that got this has to say what the job took. */
const isFirst = (job: unknown): boolean =>
  reportsUsage(asString(path(job, 'id')), { finished: !isRunning(job), inBackground: false })

function nameOf(job: unknown): Attributes {
  const [status, id] = [asString(path(job, 'status')), asString(path(job, 'id'))]
  return {
    ...(status !== undefined && { [semconv.RESPONSE_STATUS]: status }),
    ...(id !== undefined && { [semconv.RESPONSE_ID]: id }),
  }
}

export interface JobReaders {
  /** The answer in a job that is over, as the format has it. Default: the job. */
  readonly answer?: (job: unknown) => unknown
  /** Attributes of a job that is over, such as what it took. */
  readonly attributes?: (job: unknown) => Attributes
}

/** The call that begins one, and may wait for it. */
export function beginsJob(declaration: CallDeclaration, readers: JobReaders = {}): CallDeclaration {
  return {
    ...declaration,
    answer(job) {
      // Calls that ask later are told so.
      isFirst(job)
      return isRunning(job) ? undefined : answerIn(job, readers)
    },
    responseAttributes: (job) => ({ ...nameOf(job), ...(!isRunning(job) && readers.attributes?.(job)) }),
  }
}

/** A call that asks about one. */
export function asksJob(declaration: CallDeclaration, readers: JobReaders = {}): CallDeclaration {
  return {
    ...declaration,
    operation: 'fetch_response',
    answer: (job) => (isFirst(job) ? answerIn(job, readers) : undefined),
    responseAttributes: nameOf,
  }
}

const answerIn = (job: unknown, { answer }: JobReaders): unknown => (answer ? answer(job) : job)
