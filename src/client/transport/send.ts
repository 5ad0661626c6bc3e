/** One HTTP request to one target, over any `fetch`. */
import { ConfigError } from '../../kernel/errors.js'
import { withNestedError, messageIn, parseErrorText } from '../../kernel/error-body.js'
import type { EncodedRequest, WireError } from '../../kernel/protocol.js'
import { VERSION } from '../../kernel/version.js'
import { headerName, headerValue } from '../../router/header-value.js'
import type { Target } from '../../router/target.js'
import { readErrorText, type WireAnswer } from './body.js'
import { watchConnect } from './connect-watch.js'
import { connectionFailure, describeBody, httpFailure, requestIdOf } from './failure.js'
import type { AttemptLimits } from '../call/time-limits.js'
import { hostOf, operationURL } from './url.js'

/** A request whose body is not JSON. */
export interface EncodedBytes {
  readonly path: string
  readonly body: Uint8Array<ArrayBuffer>
  /** With the content type. */
  readonly headers: Readonly<Record<string, string>>
}

/** A GET for more of an answer. It carries the key, so the address must be the provider's. */
export interface FollowUp {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface WireRequest {
  readonly target: Target
  readonly encoded: EncodedRequest | EncodedBytes | FollowUp
  /** Media type of the requested answer. */
  readonly accept: string
  /** Headers of the call; they win over the provider's. */
  readonly headers: Readonly<Record<string, string>>
  readonly traceHeaders: (url: string) => Readonly<Record<string, string>> | undefined
  readonly limits: AttemptLimits
  readonly connect: number | undefined
  readonly fetch: typeof globalThis.fetch
  readonly decodeError: (body: unknown) => WireError | undefined
  readonly date: () => number
  /** Called with the status as soon as it is known. */
  readonly onStatus: (status: number) => void
}

type KeyHeader = readonly [name: string, value: string] | undefined

/** @throws ConnectionError, TimeoutError, ProviderError, ConfigError, or the caller's own abort reason. */
export async function send(request: WireRequest): Promise<WireAnswer> {
  const { target, limits } = request
  const { provider } = target
  const given = provider.authorize()
  const key = given instanceof Promise ? await limits.race(given) : given
  let answer = await exchange(request, key)
  if (answer.response.status === 401 && provider.renewable) {
    // A token may be revoked before it expires. The same one again would fail again.
    const renewed = await limits.race(Promise.resolve(provider.authorize(true)))
    if (renewed?.[1] !== key?.[1]) {
      // The body is not needed, and may have failed already.
      answer.response.body?.cancel().catch(() => {})
      answer = await exchange(request, renewed)
    }
  }
  const { response } = answer
  if (response.ok) return answer
  const text = await readErrorText(answer, limits)
  const decoded = errorOf(response, text, request.decodeError)
  throw httpFailure({
    response,
    provider,
    decoded,
    date: request.date(),
    fields: { provider: provider.id, model: target.model },
  })
}

/** The error as the format reads it, or in a common shape, with nested errors. */
function errorOf({ headers }: Response, text: string, decodeError: WireRequest['decodeError']): WireError {
  const body = parseErrorText(text)
  const decoded = typeof body === 'string' ? undefined : decodeError(body)
  return withNestedError(
    decoded ?? { message: messageIn(body) ?? describeBody(headers.get('content-type'), text) },
    body,
  )
}

async function exchange(request: WireRequest, key: KeyHeader): Promise<WireAnswer> {
  const { target, encoded, limits } = request
  const { provider } = target
  const fields = { provider: provider.id, model: target.model }
  const isFollowUp = 'url' in encoded
  const baseURL = ('baseURL' in encoded && encoded.baseURL) || provider.baseURL
  const url = isFollowUp ? encoded.url : operationURL(baseURL, encoded.path)
  const method = isFollowUp ? 'GET' : 'POST'
  const body = isFollowUp ? '' : encoded.body instanceof Uint8Array ? encoded.body : writeJson(encoded.body)
  const headers = requestHeaders(request, key)
  // The function for the credentials may never return.
  if (provider.sign) {
    const proof = await limits.race(provider.sign({ method, url, headers, body }))
    for (const [name, value] of Object.entries(proof ?? {})) headers.set(name, value)
  }
  // Last, so that they are not part of a signature.
  setTraceHeaders(headers, request.traceHeaders(url))
  const host = isFollowUp ? new URL(url).host : hostOf(provider.baseURL)

  let response: Response
  limits.start('connect', request.connect)
  try {
    const run = (): Promise<Response> =>
      request.fetch(url, { method, headers, signal: limits.signal, redirect: 'manual', ...(!isFollowUp && { body }) })
    const sent = request.connect === undefined ? run() : watchConnect(request.fetch, run, () => limits.stop('connect'))
    // The caller's own `fetch` may ignore the signal.
    response = await limits.race(sent)
  } catch (error) {
    throw limits.aborted ? limits.reason : connectionFailure(error, host, fields)
  } finally {
    limits.stop('connect')
  }
  request.onStatus(response.status)
  const requestId = requestIdOf(response.headers, provider)
  const known = { ...fields, status: response.status, ...(requestId !== undefined && { requestId }) }
  return { response, host, fields: known }
}

const USER_AGENT = `tracestitch/${VERSION}`

/** The call's headers win over the provider's, and both over the format's. */
function requestHeaders({ encoded, accept, target, headers: ofCall }: WireRequest, key: KeyHeader): Headers {
  const headers = new Headers(
    'url' in encoded
      ? { accept, 'user-agent': USER_AGENT }
      : { 'content-type': 'application/json', accept, 'user-agent': USER_AGENT },
  )
  const [usual, other] = ('keyHeader' in encoded && encoded.keyHeader) || []
  if (key) headers.set(other !== undefined && key[0] === usual ? other : key[0], key[1])
  setHeaders(headers, encoded.headers)
  setHeaders(headers, target.provider.headers)
  setHeaders(headers, ofCall)
  return headers
}

function setHeaders(headers: Headers, layer: Readonly<Record<string, string>> | undefined): void {
  if (layer) for (const name of Object.keys(layer)) setHeader(headers, name, layer[name] as string)
}

/** Trace headers that the caller sets are kept. */
function setTraceHeaders(headers: Headers, trace: Readonly<Record<string, string>> | undefined): void {
  if (trace && Object.keys(trace).every((name) => name === 'tracestate' || !headers.has(name)))
    setHeaders(headers, trace)
}

function setHeader(headers: Headers, name: string, value: string): void {
  headerName(name, 'headers')
  headers.set(name, headerValue(value, `headers.${name}`))
}

function writeJson(body: unknown): string {
  try {
    return JSON.stringify(body)
  } catch (cause) {
    throw new ConfigError('body', 'cannot be written as JSON; see the cause', { cause })
  }
}
