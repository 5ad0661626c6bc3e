/** Answers each request: status pages here, everything else by the client. */
import { context } from '@opentelemetry/api'
import type { ServerRequest } from 'srvx'
import { failureOf } from '../client/endpoint/error-answer.js'
import { corsHeaders, preflight } from './cors.js'
import type { LogEntry } from './access-log.js'
import { observe } from './observed-request.js'
import { onEnd } from './on-end.js'
import type { StatusPages } from './status-pages.js'
import type { RequestCounts } from './request-counts.js'
import type { ServedClient } from './served-client.js'

export interface GatewayState {
  current: ServedClient
  isClosing: boolean
  readonly counts: RequestCounts
}

export interface HandlerParts {
  readonly statusPages: StatusPages
  readonly cors: readonly string[]
  readonly log: ((entry: LogEntry) => void) | undefined
}

export type Handler = (request: ServerRequest) => Promise<Response>

export function handlerOf(state: GatewayState, { statusPages, cors, log }: HandlerParts): Handler {
  const observer = { counts: state.counts, log }
  return async (request) => {
    const url = new URL(request.url)
    const early = (await statusPages(request, url)) ?? preflight(request, cors)
    if (early) return early
    const { current } = state
    const observed = observe(observer, request, url, current.endpoint.routeOf(request.method, url.pathname))
    current.begin()
    const response = await context
      .with(observed.context, () => current.endpoint.fetch(request))
      .catch((error: unknown) => failed(error))
    for (const [name, value] of corsHeaders(request, cors)) response.headers.set(name, value)
    // The rest of a long body is not waited for.
    if (state.isClosing || response.status === 413) response.headers.set('connection', 'close')
    observed.answers(response)
    return onEnd(request, response, (left) => {
      current.end()
      observed.end(response, left)
    })
  }
}

/** The caller has left, or something of ours is broken: neither ends the process. */
function failed(error: unknown): Response {
  const { status, error: said } = failureOf(error)
  return Response.json({ error: { ...said, type: null } }, { status })
}
