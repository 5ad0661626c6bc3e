/**
 * The client as an endpoint: requests in the shape of OpenAI, Anthropic, Gemini, Bedrock, Cohere or Ollama become calls of the
 * client, and answers go back in the same shape. Each goes through `perform`, as every call does.
 */
import { randomId } from './request-id.js'
import type { ClientContext } from '../context.js'
import { ANSWER_ROWS } from './answer-rows.js'
import { CHAT_ROWS } from './chat-rows.js'
import { chatRoute } from './chat-route.js'
import { errorBody, failureOf } from './error-answer.js'
import { incomingOf, refused, type FetchArguments, type Incoming } from './incoming.js'
import { MODEL_ROUTES } from './models-route.js'
import { passthroughRoutes } from './passthrough-route.js'
import { RouteTable, type Access, type EndpointContext, type FoundRoute } from './route-table.js'
import { inTrace } from './trace-parent.js'
import { answerRoute } from './answer-route.js'

export type { Access } from './route-table.js'

/** A request without its body. */
export interface RequestHead {
  /** Such as `POST`. */
  readonly method: string
  /** Path and query. The host is as the client wrote it. */
  readonly url: URL
  /** Keys among them. */
  readonly headers: Headers
}

export interface EndpointOptions {
  /**
   * Says what each request may do, before its body is read. @throws TracestitchError to refuse it, which is answered in the shape
   * of its path.
   */
  readonly authorize?: ((request: RequestHead) => Access | undefined | Promise<Access | undefined>) | undefined
  /** Bytes that the body of a request may have. */
  readonly bodyLimit?: number | undefined
}

function routesOf({ catalogue }: ClientContext): RouteTable {
  return new RouteTable([
    ...CHAT_ROWS.map(chatRoute),
    ...ANSWER_ROWS.map(answerRoute),
    ...passthroughRoutes(catalogue),
    ...MODEL_ROUTES,
  ])
}

export interface Endpoint {
  /** A `fetch` that the client answers. It rejects only when its own signal is aborted, or for a URL that is none. */
  readonly fetch: typeof globalThis.fetch
  /** The pattern of a path, such as `/v1/models/{model}`; `undefined` when it is not served. */
  routeOf(method: string, path: string): string | undefined
}

export function createEndpoint(client: ClientContext, options: EndpointOptions = {}): Endpoint {
  const { authorize, bodyLimit } = options
  const routes = routesOf(client)
  return {
    routeOf: (method, path) => routes.find(method, path)?.pattern,
    async fetch(...given: FetchArguments): Promise<Response> {
      const incoming = incomingOf(given, bodyLimit)
      const found = routes.find(incoming.method, incoming.url.pathname)
      const response = await inTrace(incoming.headers, () =>
        answer(client, incoming, found ?? notServed(routes, incoming), authorize),
      )
      incoming.caller.answered()
      response.headers.set('x-request-id', randomId())
      return response
    },
  }
}

async function answer(
  client: ClientContext,
  incoming: Incoming,
  found: FoundRoute | Error,
  authorize: EndpointOptions['authorize'],
): Promise<Response> {
  try {
    const endpoint: EndpointContext = { client, ...(authorize && (await authorize(incoming))) }
    const { allowance, identity } = endpoint
    if (allowance && identity?.key !== undefined) client.gates.allow(identity.key, allowance)
    if (found instanceof Error) throw found
    return await found.route.answer(endpoint, incoming, found.parts)
  } catch (error) {
    incoming.caller.throwIfAborted()
    const failure = failureOf(error)
    const body = errorBody(client, 'route' in found ? found.route.errors : 'openai-chat', failure)
    return Response.json(body, { status: failure.status, headers: failure.headers })
  }
}

function notServed(routes: RouteTable, { method, url }: Incoming): Error {
  const methods = routes.methods(url.pathname)
  if (methods.length > 0) return refused(405, `this path takes ${methods.join(' and ')}, not ${method}`)
  return refused(404, `there is no ${method} ${url.pathname} here; POST /v1/chat/completions is one`, 'unknown_url')
}
