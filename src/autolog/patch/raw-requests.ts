/**
 * Requests by path, as clients that Stainless generates offer them: `client.post('/chat/completions', { body })`. The SDK's own
 * methods use them too; then the method is the call.
 */
import { guard } from '../../kernel/guard.js'
import { asString, isObject } from '../../kernel/json.js'
import { fetchIsSilent } from '../../telemetry/propagation/fetch-requests.js'
import { traceHeadersTo } from '../../telemetry/propagation/trace-headers.js'
import type { Replace } from '../call-contract.js'
import { isInsideDeclared } from './running-methods.js'

export interface RawRequest {
  readonly method: string
  /** Without query. */
  readonly pathname: string
  /** Fields of the body. Of a form, only those that are text. */
  readonly body: unknown
  readonly query: unknown
  /** If the request names its host itself. */
  readonly url: string | undefined
}

/** JSON values of fields of a form. */
const VALUES: Readonly<Record<string, unknown>> = { true: true, false: false }

/** Fields of a form that are text: files are left out. */
export function textFields(form: FormData): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const [name, value] of form) if (typeof value === 'string') fields[name] = VALUES[value] ?? value
  return fields
}

function requestOf(method: string, at: unknown, options: unknown): RawRequest | undefined {
  if (typeof at !== 'string') return undefined
  const given = isObject(options) ? options : {}
  const { body } = given
  const url = URL.canParse(at) ? at : undefined
  return {
    method: method.toLowerCase(),
    pathname: url === undefined ? at.replace(/[?#].*$/s, '') : new URL(url).pathname,
    body: body instanceof FormData ? textFields(body) : body,
    query: given['query'],
    url,
  }
}

interface AtHost {
  readonly baseURL?: (self: unknown) => string | undefined
}

/** The part of the patcher that is used here. */
interface CallPatcher<D> {
  call(holder: unknown, method: string, declared: (args: readonly unknown[], self: unknown) => D | undefined): boolean
  wrap(holder: unknown, method: string, replace: Replace): boolean
}

/**
 * @param declare - Declares a request of a client; `undefined` for one that is no model call.
 * @param through - A method of the client that makes all requests, with method, path and options as arguments. Default: one
 *   method for each HTTP method.
 */
export function patchRawRequests<D extends AtHost>(
  patcher: CallPatcher<D>,
  client: unknown,
  declare: (request: RawRequest, client: unknown) => D | undefined,
  through?: string,
): void {
  if (fetchIsSilent() && isObject(client) && typeof client['prepareRequest'] === 'function')
    patcher.wrap(client, 'prepareRequest', withTraceHeaders)

  function declareOf(request: RawRequest | undefined, self: unknown): D | undefined {
    const declaration = request && declare(request, self)
    const { url } = request ?? {}
    return declaration && url !== undefined ? { ...declaration, baseURL: () => url } : declaration
  }
  if (through !== undefined) {
    patcher.call(client, through, ([method, at, options], self) =>
      isInsideDeclared() ? undefined : declareOf(requestOf(asString(method) ?? '', at, options), self),
    )
    return
  }
  for (const method of ['get', 'post', 'put'] as const) {
    patcher.call(client, method, ([at, options], self) =>
      isInsideDeclared() ? undefined : declareOf(requestOf(method, at, options), self),
    )
  }
  patcher.call(client, 'request', ([options], self) =>
    isInsideDeclared() || !isObject(options)
      ? undefined
      : declareOf(requestOf(asString(options['method']) ?? '', options['path'], options), self),
  )
}

/**
 * The client gives each request to this method before it is sent. Where `fetch` tells nobody of its requests, the global one is watched;
 * a client that was made before that has kept the original.
 */
const withTraceHeaders: Replace = (original, isOn) =>
  function (this: unknown, ...args: unknown[]) {
    if (isOn()) guard('propagation', addTraceHeaders, args[0], args[1])
    return Reflect.apply(original, this, args) as unknown
  }

function addTraceHeaders(request: unknown, about: unknown): void {
  const { headers } = request as { readonly headers?: unknown }
  const url = asString((about as { readonly url?: unknown } | undefined)?.url)
  const traced = url === undefined ? undefined : traceHeadersTo(() => new URL(url))
  if (!traced || !isObject(headers)) return
  const isThere = (name: string): boolean => (headers instanceof Headers ? headers.has(name) : name in headers)
  if (Object.keys(traced).some((name) => name !== 'tracestate' && isThere(name))) return
  for (const [name, value] of Object.entries(traced))
    if (headers instanceof Headers) headers.set(name, value)
    else headers[name] = value
}
