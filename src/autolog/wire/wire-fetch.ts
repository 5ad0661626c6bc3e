/**
 * Requests of a `fetch` that tells nobody what it sends and gets. The program gets an answer of the same bytes, whose body tells the
 * exchange what is read of it; nothing is read before the program reads.
 */
import type { HeaderView } from '../../kernel/header-view.js'
import { guard } from '../../kernel/guard.js'
import { endWhenAbandoned, type AbandonWatch } from '../../telemetry/spans/abandoned.js'
import type { FetchBegun, FetchRequest } from '../../telemetry/propagation/fetch-requests.js'
import { tapWebStream } from '../streams/body-tap.js'
import { passedOn } from '../streams/passed-stream.js'
import { textFields } from '../patch/raw-requests.js'
import type { WireExchange } from './wire-exchange.js'

/** @returns What makes the program's answer of that of `fetch`. */
export function tapFetch(request: FetchRequest, exchange: WireExchange): FetchBegun['attach'] {
  guard('wire', sendBody, request, exchange)
  const { decompresses } = request
  return (answer) =>
    answer.then(
      (response) => guard('wire', watched, response, exchange, decompresses) ?? response,
      (error: unknown) => {
        guard('wire', () => exchange.failed(error))
        throw error
      },
    )
}

function sendBody({ body, given, header }: FetchRequest, exchange: WireExchange): void {
  const contentType = (): unknown => header('content-type')
  const sent = (bytes: unknown): void => {
    exchange.sent(bytes, contentType)
    exchange.asked()
  }
  const sentLater = (text: Promise<string>): void =>
    // A body that cannot be read fails the request itself.
    void text.then((known) => guard('wire', sent, known)).catch(() => undefined)
  if (typeof body === 'string' || body instanceof Uint8Array) sent(body)
  else if (body instanceof ArrayBuffer) sent(new Uint8Array(body))
  else if (ArrayBuffer.isView(body)) sent(new Uint8Array(body.buffer, body.byteOffset, body.byteLength))
  else if (body instanceof FormData) exchange.asked(textFields(body))
  else if (body instanceof Blob) sentLater(body.text())
  else if (given?.body && JSON_TYPE.test(String(contentType()))) sentLater(given.clone().text())
}

const JSON_TYPE = /^\s*application\/(?:[^;]*\+)?json\b/i

/** The answer for the program. */
function watched(response: Response, exchange: WireExchange, decompresses: boolean): Response {
  const { status, statusText, headers, body } = response
  exchange.answered(status, decompresses ? decompressed(headers) : headers)
  if (!body) {
    exchange.ended()
    return response
  }
  const passed = new Response(bodyFor(body, exchange), { status, statusText, headers })
  return likeOf(response, passed)
}

/** The runtime has decompressed the body, but may have kept the header. */
const decompressed = (headers: Headers): HeaderView => ({
  get: (name) => (name.toLowerCase() === 'content-encoding' ? null : headers.get(name)),
  forEach: (each) => headers.forEach(each),
})

function bodyFor(body: ReadableStream<Uint8Array>, exchange: WireExchange): ReadableStream<Uint8Array> {
  let keep: AbandonWatch | undefined
  const over = (step: () => void): void => {
    keep?.()
    guard('wire', step)
  }
  tapWebStream(body, {
    reading: () => keep?.reading(),
    push(chunk) {
      keep?.read()
      guard('wire', () => exchange.received(chunk))
    },
    end: () => over(() => exchange.ended()),
    fail: (error) => over(() => exchange.failed(error)),
    cancel: () => over(() => exchange.closed()),
  })
  const passed = passedOn(body, 'bytes')
  keep = endWhenAbandoned(passed, abandonedOf(exchange))
  return passed
}

/** Apart from the stream, which must not be kept alive. */
const abandonedOf = (exchange: WireExchange) => (): void => exchange.abandoned()

/** What `Response` has only from a `fetch`. */
const OF_FETCH = ['url', 'type', 'redirected'] as const

function likeOf(response: Response, made: Response): Response {
  for (const name of OF_FETCH) Object.defineProperty(made, name, { value: response[name], configurable: true })
  const { clone } = made
  const value = (): Response => likeOf(response, Reflect.apply(clone, made, []))
  return Object.defineProperty(made, 'clone', { value, writable: true, configurable: true })
}
