/**
 * Adds trace headers before a request is signed, and reads the host and the headers of the answer, all of which is only possible
 * while the SDK builds a request (https://github.com/aws/aws-sdk-js-v3/blob/main/supplemental-docs/MIDDLEWARE.md).
 */
import {
  headerView,
  guard,
  isObject,
  openCall,
  path,
  serverAttributes,
  traceHeadersTo,
  usageInHeaders,
  type hub,
} from '../../src/autolog/contract.js'

type Handler = (args: {
  readonly request: unknown
}) => Promise<{ readonly output: unknown; readonly response: unknown }>

interface Stack {
  add(middleware: unknown, options: { readonly step: 'build' }): void
  remove(middleware: unknown): boolean
}

interface Client {
  middlewareStack: Stack
  /** Composed handlers, if the program has set the option to keep them. */
  handlers?: unknown
}

interface Request {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
  readonly headers: Record<string, string>
}

const isStack = (value: unknown): value is Stack =>
  isObject(value) && typeof value['add'] === 'function' && typeof value['remove'] === 'function'

const isRequest = (value: unknown): value is Request =>
  isObject(value) && typeof value['hostname'] === 'string' && isObject(value['headers'])

const seen = new WeakSet<object>()

/** The middleware is on the stack only while `send` composes its handler, so the program never sees it there. */
export function inject(client: unknown): (() => void) | undefined {
  const stack = path(client, 'middlewareStack')
  if (!isObject(client) || !isStack(stack)) return undefined
  if (!seen.has(client)) {
    seen.add(client)
    // Handlers that were composed before lack the middleware. The SDK composes them anew.
    delete (client as Partial<Client>).handlers
  }
  stack.add(middleware, { step: 'build' })
  return () => void stack.remove(middleware)
}

/** Does nothing without an open call. No `async`: each promise of a call costs what it costs in the whole program. */
const middleware =
  (next: Handler): Handler =>
  (args) => {
    guard('propagation', onRequest, args.request)
    return next(args).then(
      (result) => {
        guard('headers', onAnswer, result.response, result.output)
        return result
      },
      (error: unknown) => {
        guard('headers', onAnswer, path(error, '$response'))
        throw error
      },
    )
  }

function onRequest(request: unknown): void {
  const call = openCall()
  if (!call || !isRequest(request)) return
  const { protocol, hostname, port, path: pathname, headers: own } = request
  const url = urlOf(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`, pathname)
  call.set(serverAttributes(url))
  const headers = traceHeadersTo(() => url)
  // The program has set it for another span.
  if (!headers || Object.keys(own).some((name) => name.toLowerCase() === 'traceparent')) return
  Object.assign(own, headers)
}

/** Most requests go where the one before went. */
let latest: { readonly origin: string; readonly pathname: string; readonly url: URL } | undefined

function urlOf(origin: string, pathname: string): URL {
  if (latest?.origin !== origin || latest.pathname !== pathname)
    latest = { origin, pathname, url: new URL(pathname, origin) }
  return latest.url
}

function onAnswer(response: unknown, output?: unknown): void {
  const headers = path(response, 'headers')
  if (!isObject(headers)) return
  openCall()?.headers(headerView(headers))
  const usage = usageInHeaders((name) => headers[name])
  if (usage && isObject(output)) counted.set(output, usage)
}

const counted = new WeakMap<object, Partial<hub.Usage>>()

/** Token counts in the headers of the answer, which every model has. */
export function countedBeside(result: unknown): Partial<hub.Usage> | undefined {
  return isObject(result) ? counted.get(result) : undefined
}
