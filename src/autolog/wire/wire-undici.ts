/**
 * Requests of undici, which is `fetch` too, in whatever copy of it: its diagnostics channel shows each before it leaves, and the
 * connection tells the request what it sends and gets. Nothing is read that the program does not get as well.
 */
import type { HeaderView } from '../../kernel/header-view.js'
import { guard } from '../../kernel/guard.js'
import { isObject } from '../../kernel/json.js'
import { endWhenAbandoned } from '../../telemetry/spans/abandoned.js'
import type { UndiciRequest } from '../../telemetry/propagation/trace-headers.js'
import { define } from '../streams/stream-tap.js'
import type { WireExchange } from './wire-exchange.js'

type Told = (...args: unknown[]) => unknown

/** What a connection calls: names of undici 5 to 7, and of 8. */
const ANSWERED = ['onHeaders', 'onResponseStart']
const RECEIVED = ['onData', 'onResponseData']
const ENDED = ['onComplete', 'onResponseEnd']
const FAILED = ['onError', 'onResponseError']

/** Whether this undici tells a request what goes on. */
export function canTapUndici(request: object): boolean {
  return [['onBodySent'], ANSWERED, RECEIVED, ENDED, FAILED].every((names) => nameIn(request, names) !== undefined)
}

export function tapUndici(request: UndiciRequest, exchange: WireExchange): void {
  const keep = endWhenAbandoned(request, abandonedOf(exchange))
  // The connection tells when it is over; how fast it goes does not matter.
  keep.reading()
  const contentType = contentTypeOf(request)
  const { body } = request as { readonly body?: unknown }
  const sent = (chunk: unknown): void => exchange.sent(chunk, () => contentType)
  // Known before it is sent, which a connection that fails never does.
  const isRead = isGenerator(body)
  if (typeof body === 'string' || body instanceof Uint8Array) {
    sent(body)
    exchange.asked()
  } else if (isRead) define(request, 'body', readAhead(body, sent))
  const before = (names: readonly string[], step: (...args: unknown[]) => void): void => {
    const name = nameIn(request, names)
    if (name === undefined) return
    const original = Reflect.get(request, name) as Told
    define(request, name, function (this: unknown, ...args: unknown[]) {
      guard('wire', () => step(...args))
      return Reflect.apply(original, this, args)
    })
  }
  if (!isRead) before(['onBodySent'], sent)
  before(['onRequestSent'], () => exchange.asked())
  before(ANSWERED, (status, headers) => exchange.answered(status as number, headersOf(headers)))
  before(RECEIVED, (chunk) => exchange.received(chunk))
  before(ENDED, () => {
    keep()
    exchange.ended()
  })
  before(FAILED, (error) => {
    keep()
    exchange.failed(error)
  })
}

/** What `fetch` makes of each body. */
const isGenerator = (body: unknown): body is AsyncGenerator =>
  isObject(body) && typeof body['next'] === 'function' && Symbol.asyncIterator in body

/**
 * The same chunks, the first of which is asked for at once: nearly always it is the whole body.
 *
 * @param seen - Called for each. Must not throw.
 */
function readAhead(body: AsyncGenerator, seen: (chunk: unknown) => void): AsyncGenerator {
  const next = async (): Promise<IteratorResult<unknown>> => {
    const result = await body.next()
    if (result.done !== true) guard('wire', seen, result.value)
    return result
  }
  const first = next()
  // Whoever sends the body gets the error.
  first.catch(() => undefined)
  return (async function* () {
    try {
      for (let result = await first; result.done !== true; result = await next()) yield result.value
    } finally {
      await body.return(undefined)
    }
  })()
}

/** Apart from the request, which must not be kept alive. */
const abandonedOf = (exchange: WireExchange) => (): void => exchange.abandoned()

function nameIn(request: object, names: readonly string[]): string | undefined {
  return names.find((name) => typeof Reflect.get(request, name) === 'function')
}

/** @param name - In lower case. */
export function undiciHeader({ headers }: UndiciRequest, name: string): string | undefined {
  if (typeof headers === 'string') {
    const line = headers.split('\r\n').find((text) => text.toLowerCase().startsWith(`${name}:`))
    return line?.slice(name.length + 1).trim()
  }
  for (let i = 0; i < headers.length; i += 2) {
    if (String(headers[i]).toLowerCase() === name) return String(headers[i + 1])
  }
  return undefined
}

/** Undici keeps the type apart from the other headers. */
function contentTypeOf(request: UndiciRequest & { readonly contentType?: unknown }): unknown {
  return typeof request.contentType === 'string' ? request.contentType : undiciHeader(request, 'content-type')
}

/** As they come: a flat list of names and values, as bytes or text; over HTTP/2 an object. */
function headersOf(given: unknown): HeaderView {
  const headers = new Headers()
  const add = (name: unknown, value: unknown): void => {
    const key = textOf(name)
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value])
      if (!key.startsWith(':')) headers.append(key, textOf(one))
  }
  if (Array.isArray(given)) for (let i = 0; i + 1 < given.length; i += 2) add(given[i], given[i + 1])
  else if (typeof given === 'object' && given !== null)
    for (const [name, value] of Object.entries(given)) add(name, value)
  return headers
}

const textOf = (value: unknown): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)
