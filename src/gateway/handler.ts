/** Answers each request: the probes of orchestrators here, everything else by the client. */
import type { ServerRequest } from 'srvx'
import { failureOf } from '../client/endpoint/error-answer.js'
import { corsHeaders, preflight } from './cors.js'
import { onEnd } from './on-end.js'
import type { GatewayOptions } from './options.js'
import type { ServedClient } from './served-client.js'

export interface GatewayState {
  current: ServedClient
  isClosing: boolean
}

export type Handler = (request: ServerRequest) => Promise<Response>

export function handlerOf(state: GatewayState, { cors = [] }: GatewayOptions): Handler {
  return async (request) => {
    const { pathname } = new URL(request.url)
    const early = probe(state, request.method, pathname) ?? preflight(request, cors)
    if (early) return early
    const { current } = state
    current.begin()
    try {
      const response = await current.endpoint.fetch(request)
      for (const [name, value] of corsHeaders(request, cors)) response.headers.set(name, value)
      if (state.isClosing) response.headers.set('connection', 'close')
      return onEnd(request, response, () => current.end())
    } catch (error) {
      current.end()
      return failed(error)
    }
  }
}

/** `/health`: the process runs. `/ready`: it takes calls. */
function probe({ isClosing }: GatewayState, method: string, path: string): Response | undefined {
  if (method !== 'GET' && method !== 'HEAD') return undefined
  if (path === '/health') return Response.json({ status: 'ok' })
  if (path !== '/ready') return undefined
  return isClosing ? Response.json({ status: 'closing' }, { status: 503 }) : Response.json({ status: 'ok' })
}

/** The caller has left, or something of ours is broken: neither ends the process. */
function failed(error: unknown): Response {
  const { status, error: said } = failureOf(error)
  return Response.json({ error: { ...said, type: null } }, { status })
}
