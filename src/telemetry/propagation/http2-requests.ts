/**
 * Adds trace headers to requests over HTTP/2, by watching the sessions of `node:http2`, for SDKs without a hook of their own. The
 * module takes long to load and few programs need it, so it is watched once the program has loaded it.
 */
import { syncBuiltinESMExports } from 'node:module'
import type { Context } from '@opentelemetry/api'
import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from 'node:http2'
import { builtin } from '../../kernel/builtin.js'
import { guard } from '../../kernel/guard.js'

type Http2 = typeof import('node:http2')
type Headers = OutgoingHttpHeaders | readonly string[] | undefined
type Request = (this: ClientHttp2Session, headers?: Headers, ...rest: unknown[]) => ClientHttp2Stream

/** A header of a request, by its name in lower case. */
export type HeaderGetter = (name: string) => unknown

/** A call that begins with a request. */
export interface Http2Begun {
  readonly context: Context
  /** Given the stream, as soon as there is one. */
  readonly attach: (stream: ClientHttp2Stream) => void
}

export interface Http2Leaving {
  /** Trace headers for the request; `undefined`: it gets none. */
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly attach: Http2Begun['attach'] | undefined
}

/** Told of a request that goes to `url`. */
export type LeavesByHttp2 = (url: () => URL, method: unknown, header: HeaderGetter) => Http2Leaving

export const isHttp2 = (specifier: string): boolean => specifier === 'node:http2' || specifier === 'http2'

/** Whether the program, or Node itself, has loaded the module. */
export function http2IsLoaded(): boolean {
  return (process as { moduleLoadList?: readonly string[] }).moduleLoadList?.includes('NativeModule http2') ?? false
}

/** Watches every session from now on, and earlier ones once a new one is made. @returns A function that undoes it. */
export function watchHttp2(leaves: LeavesByHttp2): () => void {
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
      const leaving =
        active && !isOfUndici(this)
          ? guard('propagation', leave, headers, () => urlOf(authorities.get(this), headers))
          : undefined
      const stream = Reflect.apply(request, this, [leaving?.headers ?? headers, ...rest]) as ClientHttp2Stream
      if (leaving?.attach) guard('wire', leaving.attach, stream)
      return stream
    }
    prototype.request = wrapped
    undo = () => {
      if (prototype.request === wrapped) prototype.request = request
    }
  }

  function leave(headers: Headers, url: () => URL): { headers: Headers; attach: Http2Leaving['attach'] } {
    const { headers: traced, attach } = leaves(url, valueOf(':method', headers), (name) => valueOf(name, headers))
    return { headers: traced && !hasAny(headers, traced) ? added(headers, traced) : headers, attach }
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

/** Undici tells of its requests by its own channel, also of those over HTTP/2. It marks each session with its client. */
const isOfUndici = (session: object): boolean =>
  Object.getOwnPropertySymbols(session).some(({ description }) => description === 'client')

const pairsOf = (headers: Headers): [string, unknown][] =>
  Array.isArray(headers)
    ? headers.flatMap((name: string, i) => (i % 2 === 0 ? [[name, headers[i + 1]] as [string, unknown]] : []))
    : Object.entries(headers ?? {})

const valueOf = (key: string, headers: Headers): unknown =>
  pairsOf(headers).find(([name]) => name.toLowerCase() === key)?.[1]

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
