/** What is recorded of one request: its span, its place among the counts, its line in the log. */
import type { Context } from '@opentelemetry/api'
import { knownMethod, startServerSpan } from '../telemetry/spans/server-span.js'
import { factsOf, type LogEntry } from './access-log.js'
import type { RequestCounts } from './request-counts.js'

export interface Observer {
  readonly counts: RequestCounts
  readonly log: ((entry: LogEntry) => void) | undefined
}

export interface ObservedRequest {
  /** Where it is answered. */
  readonly context: Context
  /** The answer begins. */
  answers(response: Response): void
  /** The answer is over. @param left - The client did not wait for its end. */
  end(response: Response, left: boolean): void
}

export function observe(
  { counts, log }: Observer,
  request: Request,
  url: URL,
  route: string | undefined,
): ObservedRequest {
  const { method, headers } = request
  const begun = performance.now()
  const time = log && new Date().toISOString()
  const span = startServerSpan({ method, url, route, headers })
  counts.active += 1
  return {
    context: span.context,
    answers(response) {
      const name = 'x-tracestitch-trace-id'
      if (span.traceId !== undefined && !response.headers.has(name)) response.headers.set(name, span.traceId)
    },
    end({ status, headers: answered }, left) {
      const ms = performance.now() - begun
      counts.active -= 1
      counts.add(knownMethod(method), route ?? '', status, ms / 1_000)
      span.end(status)
      if (time !== undefined)
        log?.({ time, method, path: url.pathname, status, ms: Math.round(ms * 10) / 10, left, ...factsOf(answered) })
    },
  }
}
