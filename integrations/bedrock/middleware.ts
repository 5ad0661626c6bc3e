/**
 * What has to be done while the SDK builds a request, and only can be told there: trace headers before it is signed, the
 * host, and the headers of the answer (https://github.com/aws/aws-sdk-js-v3/blob/main/supplemental-docs/MIDDLEWARE.md).
 */
import {
  guard,
  isObject,
  openCall,
  path,
  serverAttributes,
  traceHeadersTo,
  type hub,
} from '../../src/autolog/contract.js'
import { usageInHeaders } from './tokens.js'

type Handler = (args: {
  readonly request: unknown
}) => Promise<{ readonly output: unknown; readonly response: unknown }>

interface Stack {
  add(middleware: unknown, options: { readonly step: 'build' }): void
  remove(middleware: unknown): boolean
}

interface Client {
  middlewareStack: Stack
  /** Composed handlers, where the program has asked to keep them. */
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

/** The stack holds the middleware only while `send` composes its handler, so the program never finds it there. */
export function inject(client: unknown): (() => void) | undefined {
  const stack = path(client, 'middlewareStack')
  if (!isObject(client) || !isStack(stack)) return undefined
  if (!seen.has(client)) {
    seen.add(client)
    // Those composed before lack it; the SDK composes them anew.
    delete (client as Partial<Client>).handlers
  }
  stack.add(middleware, { step: 'build' })
  return () => void stack.remove(middleware)
}

/** Without an open call it does nothing. */
const middleware =
  (next: Handler): Handler =>
  async (args) => {
    guard('propagation', () => onRequest(args.request))
    try {
      const result = await next(args)
      guard('headers', () => onAnswer(result.response, result.output))
      return result
    } catch (error) {
      guard('headers', () => onAnswer(path(error, '$response')))
      throw error
    }
  }

function onRequest(request: unknown): void {
  const call = openCall()
  if (!call || !isRequest(request)) return
  const { protocol, hostname, port, headers: own } = request
  const url = new URL(request.path, `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`)
  call.set(serverAttributes(url))
  const headers = traceHeadersTo(() => url)
  // Whoever set it meant another span.
  if (!headers || Object.keys(own).some((name) => name.toLowerCase() === 'traceparent')) return
  Object.assign(own, headers)
}

function onAnswer(response: unknown, output?: unknown): void {
  const headers = path(response, 'headers')
  if (!isObject(headers)) return
  // HTTP/2 has its status among them.
  const fields = Object.entries(headers).filter(([name, value]) => !name.startsWith(':') && typeof value === 'string')
  openCall()?.headers(new Headers(fields as [string, string][]))
  const usage = usageInHeaders(headers)
  if (usage && isObject(output)) counted.set(output, usage)
}

const counted = new WeakMap<object, Partial<hub.Usage>>()

/** Tokens by the headers of the answer, which count them for every model. */
export function countedBeside(result: unknown): Partial<hub.Usage> | undefined {
  return isObject(result) ? counted.get(result) : undefined
}
