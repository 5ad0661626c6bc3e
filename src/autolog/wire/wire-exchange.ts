/** One request that asks a model, and its answer, as they pass on the wire: the call's span is made of what both say. */
import type { HeaderView } from '../../kernel/header-view.js'
import type { Context } from '@opentelemetry/api'
import { asString, isObject, parseJson } from '../../kernel/json.js'
import type { Call, CallRequest } from '../../telemetry/spans/call.js'
import * as semconv from '../../telemetry/semconv.js'
import { countFault } from '../../kernel/guard.js'
import { createSink, type Sink } from '../streams/body-sink.js'
import type { Format } from '../format-contract.js'
import { formatOf, formatOfRequest } from '../calls/formats.js'
import { AnswerReader, type Unread } from '../calls/reader.js'
import type { Endpoint } from './wire-endpoints.js'
import { unzipOf, unzipped } from './wire-encoding.js'
import { targetOf, type Redirect, type Redirects } from './wire-redirects.js'
import { RequestBody } from './wire-request.js'

/** An error's body is kept up to here. */
const MOST_OF_ERROR = 256 * 1024

/** The connection was closed before an answer. */
const NO_ANSWER = { code: 'connection_closed' }
const CLOSED = { name: 'AbortError' }

export interface ExchangeOptions {
  readonly endpoint: Endpoint
  /** Of the request, without its query. */
  readonly url: URL
  /** The context in which it was sent. */
  readonly sentIn: Context
  readonly redirects: Redirects<WireExchange>
  /** Called for what cannot be read. */
  readonly report: (what: Unread) => void
}

export class WireExchange {
  private readonly call: Call
  private readonly options: ExchangeOptions
  private format: Format
  private body: RequestBody | undefined
  private isAsked = false
  private sink: Sink<Uint8Array> | undefined
  private redirect: Redirect | undefined

  constructor(call: Call, options: ExchangeOptions) {
    this.call = call
    this.options = options
    this.format = formatOf(options.endpoint.format)
  }

  /** Its slot names the call's span as the parent of the request. */
  get context(): Context {
    return this.call.context
  }

  /** Whether an answer has begun to come. */
  get isAnswered(): boolean {
    return this.sink !== undefined
  }

  /**
   * A piece of the request's body.
   *
   * @param contentType - Of the request, as it is by then.
   */
  sent(chunk: unknown, contentType: () => unknown, encoding?: unknown): void {
    if (!this.isAsked) (this.body ??= new RequestBody(contentType())).push(chunk, encoding)
  }

  /**
   * The request is complete, or will not be.
   *
   * @param fields - Of the body. Default: what the pieces say.
   */
  asked(fields?: Record<string, unknown>): void {
    if (this.isAsked) return
    this.isAsked = true
    const { body } = this
    this.body = undefined
    const wire = fields ?? body?.read()
    const { endpoint, url } = this.options
    const { pathname } = url
    this.format = formatOfRequest(endpoint.format, { body: wire, path: pathname })
    const request = wire && this.requestOf(wire)
    const model = (request && modelOf(request)) ?? asString(wire?.['model']) ?? modelIn(pathname)
    const { operation } = this.format
    this.call.asks({ request, ...(operation && { operation }), ...(model !== undefined && { model }) })
    if (!request && this.call.recording) this.call.set({ [semconv.UNREAD]: 'request' })
  }

  /** The answer begins. */
  answered(status: number, headers: HeaderView): void {
    // An informational one, which another follows.
    if (status < 200 || this.sink) return
    this.asked()
    const { call, options, format } = this
    const { endpoint, report } = options
    const reader = new AnswerReader(call, { protocol: format, provider: endpoint.provider }, { report })
    reader.headers(headers)
    const counted = format.usageInHeaders?.((name) => headers.get(name))
    if (counted) call.response({ other: { id: '', model: '', usage: counted } })
    const sink = status < 300 ? createSink({ headers }, reader) : errorSink(reader, { format, status, headers })
    const unzip = unzipOf(headers.get('content-encoding'))
    this.sink = unzip ? unzipped(sink, unzip, call.recording) : sink
    const target = targetOf(status, headers, options.url)
    if (target) this.redirect = this.expect(target)
  }

  received(chunk: unknown): void {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    if (bytes instanceof Uint8Array) this.sink?.push(bytes)
  }

  /** The answer is complete. */
  ended(): void {
    this.over(() => (this.sink ? this.sink.end() : this.fails(NO_ANSWER)))
  }

  /** The connection failed, or the program aborted. */
  failed(error: unknown): void {
    this.over(() => {
      if (this.sink && isAbort(error)) this.sink.cancel()
      else if (this.sink) this.sink.fail(error)
      else this.fails(error)
    })
  }

  /** The program has closed the answer before its end, or before it came. */
  closed(): void {
    this.over(() => (this.sink ? this.sink.cancel() : this.fails(CLOSED)))
  }

  /** Nobody waits for the answer any more. */
  abandoned(): void {
    this.over(() => {
      if (this.call.ended) return
      this.call.set({ [semconv.ABANDONED]: true })
      if (this.sink) this.sink.cancel()
      else this.call.end()
    })
  }

  /** If its client follows a redirect, the next request is the call's end. */
  private over(step: () => void): void {
    if (this.redirect) this.redirect.over(step)
    else step()
  }

  private expect(target: URL): Redirect {
    const { call, options, format } = this
    const next = (): WireExchange => {
      const exchange = new WireExchange(call, { ...options, url: target })
      // The body is the same again.
      exchange.format = format
      exchange.isAsked = true
      return exchange
    }
    return options.redirects.expect({ target: target.href, sentIn: options.sentIn, next })
  }

  private fails(error: unknown): void {
    this.asked()
    this.call.end({ error })
  }

  private requestOf(wire: Record<string, unknown>): CallRequest | undefined {
    try {
      return this.format.request(wire, { content: this.call.content, path: this.options.url.pathname })
    } catch {
      // A body in another shape than its path promises: the span says so.
      countFault('request')
      return undefined
    }
  }
}

function modelOf(request: CallRequest): string | undefined {
  const model = 'chat' in request ? request.chat.model : 'embeddings' in request ? request.embeddings.model : undefined
  return model === '' ? undefined : model
}

/** For a body that does not say it, or cannot be read. */
function modelIn(pathname: string): string | undefined {
  const name = /\/(?:models|deployments|model)\/([^/:]+)/.exec(pathname)?.[1]
  if (name === undefined) return undefined
  try {
    return decodeURIComponent(name)
  } catch {
    // A stray percent sign: the segment is the best name there is.
    return name
  }
}

interface Failure {
  readonly format: Format
  readonly status: number
  readonly headers: HeaderView
}

/** The class of an error of AWS, which is not always in its body. */
const ERROR_TYPE = 'x-amzn-errortype'

/** Fails the call by what the provider's answer says. */
function errorSink(reader: AnswerReader, { format, status, headers }: Failure): Sink<Uint8Array> {
  let pieces: Uint8Array[] = []
  let size = 0
  function end(): void {
    const body = withType(parseJson(Buffer.concat(pieces).toString('utf8')), headers.get(ERROR_TYPE))
    pieces = []
    const said = format.error?.(body)
    reader.fail({ status, code: said?.code, type: said?.type })
  }
  return {
    push(bytes) {
      size += bytes.byteLength
      if (size <= MOST_OF_ERROR) pieces.push(Buffer.from(bytes))
    },
    end,
    fail: end,
    cancel: end,
  }
}

function withType(body: unknown, type: string | null): unknown {
  return type !== null && isObject(body) && body['__type'] === undefined ? { ...body, __type: type } : body
}

/** `fetch` aborts by an error; the reason that a program gives may be anything. */
function isAbort(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return true
  const { name, code } = error as { name?: unknown; code?: unknown }
  return name === 'AbortError' || code === 'ABORT_ERR' || code === 'UND_ERR_ABORTED'
}
