/**
 * Adds trace headers to requests over HTTP/2, by watching the sessions of `node:http2`, for SDKs without a hook of their own. The
 * module takes long to load and few programs need it, so it is watched once the program has loaded it.
 */
import { syncBuiltinESMExports } from 'node:module'
import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from 'node:http2'
import { builtin } from '../kernel/builtin.js'
import { guard } from '../kernel/guard.js'

type Http2 = typeof import('node:http2')
type Headers = OutgoingHttpHeaders | readonly string[] | undefined
type Request = (this: ClientHttp2Session, headers?: Headers, ...rest: unknown[]) => ClientHttp2Stream

/** The trace headers for a request to `url`; `undefined` for none. */
export type HeadersFor = (url: () => URL, method: unknown) => Readonly<Record<string, string>> | undefined

export const isHttp2 = (specifier: string): boolean => specifier === 'node:http2' || specifier === 'http2'

/** Whether the program, or Node itself, has loaded the module. */
export function http2IsLoaded(): boolean {
  return (process as { moduleLoadList?: readonly string[] }).moduleLoadList?.includes('NativeModule http2') ?? false
}

/** Watches every session from now on, and earlier ones once a new one is made. @returns A function that undoes it. */
export function watchHttp2(headersFor: HeadersFor): () => void {
  const module: Http2 = builtin('node:http2')
  const { connect } = module
  const authorities = new WeakMap<ClientHttp2Session, URL>()
  let active = true
  let undo = (): void => undefined
  let watched: object | undefined

  function watch(session: ClientHttp2Session, authority: string | URL): void {
    authorities.set(session, new URL(authority))
    const prototype = Object.getPrototypeOf(session) as { request: Request }
    if (watched === prototype) return
    watched = prototype
    const { request } = prototype
    const wrapped: Request = function (headers, ...rest) {
      const sent = active && guard('propagation', withTrace, headers, () => urlOf(authorities.get(this), headers))
      return Reflect.apply(request, this, [sent || headers, ...rest])
    }
    prototype.request = wrapped
    undo = () => {
      if (prototype.request === wrapped) prototype.request = request
    }
  }

  function withTrace(headers: Headers, url: () => URL): Headers {
    const traced = headersFor(url, valueOf(':method', headers))
    return traced && !hasAny(headers, traced) ? added(headers, traced) : headers
  }

  const wrappedConnect = function (this: unknown, ...args: Parameters<Http2['connect']>) {
    const session = Reflect.apply(connect, this, args) as ClientHttp2Session
    if (active) guard('propagation', watch, session, args[0])
    return session
  }
  // `connect` has a property for `util.promisify`.
  Object.defineProperties(wrappedConnect, Object.getOwnPropertyDescriptors(connect))
  module.connect = wrappedConnect as Http2['connect']
  syncBuiltinESMExports()
  return () => {
    active = false
    undo()
    if (module.connect !== wrappedConnect) return
    module.connect = connect
    syncBuiltinESMExports()
  }
}

const pairsOf = (headers: Headers): [string, unknown][] =>
  Array.isArray(headers)
    ? headers.flatMap((name: string, i) => (i % 2 === 0 ? [[name, headers[i + 1]] as [string, unknown]] : []))
    : Object.entries(headers ?? {})

const valueOf = (key: string, headers: Headers): unknown => pairsOf(headers).find(([name]) => name === key)?.[1]

/** The URL of a request, with the host of the session. */
function urlOf(authority: URL | undefined, headers: Headers): URL {
  const path = valueOf(':path', headers)
  return new URL(typeof path === 'string' ? path : '/', authority)
}

/** Whether the request has a trace header already. A `tracestate` alone names no parent. */
function hasAny(headers: Headers, traced: Readonly<Record<string, string>>): boolean {
  return pairsOf(headers).some(
    ([name]) => name.toLowerCase() !== 'tracestate' && Object.hasOwn(traced, name.toLowerCase()),
  )
}

/** A copy with trace headers. The program's own headers are not changed, and sensitive ones stay marked. */
function added(headers: Headers, traced: Readonly<Record<string, string>>): Headers {
  if (Array.isArray(headers)) return [...(headers as readonly string[]), ...Object.entries(traced).flat()]
  return Object.assign(Object.create(Object.getPrototypeOf(headers ?? {}) as object | null), headers, traced) as Headers
}
