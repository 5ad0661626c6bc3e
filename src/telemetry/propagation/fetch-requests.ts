/**
 * Adds trace headers to requests of `fetch` where the runtime tells nobody of them, as Bun and Deno do not: the global function is
 * replaced until the watch ends. A request that is part of no call, and begins none, is made as if nothing had been there.
 */
import type { Context } from '@opentelemetry/api'
import { guard } from '../../kernel/guard.js'
import { isObject } from '../../kernel/json.js'
import type { HeaderGetter } from './http2-requests.js'

type Fetch = typeof globalThis.fetch
type Input = Parameters<Fetch>[0]
type Init = RequestInit & { readonly decompress?: unknown }

/** A request that `fetch` was asked to make. */
export interface FetchRequest {
  readonly url: URL
  readonly header: HeaderGetter
  /** As the program gave it. Of a `Request`, see {@link given}. */
  readonly body: unknown
  /** The program's `Request`, if it has the body. */
  readonly given: Request | undefined
  /** Whether the runtime decompresses the answer. */
  readonly decompresses: boolean
}

/** A call that begins with a request. */
export interface FetchBegun {
  readonly context: Context
  /** Given what `fetch` returned. @returns What the program gets instead. Must not throw. */
  readonly attach: (answer: Promise<Response>) => Promise<Response>
}

export interface FetchLeaving {
  /** Trace headers for the request; `undefined`: it gets none. */
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly attach: FetchBegun['attach'] | undefined
}

/** Told of a request that goes to `url`. */
export type LeavesByFetch = (url: () => URL, method: string, request: () => FetchRequest) => FetchLeaving

/** Whether the runtime's `fetch` is not that of undici, which tells of each request by its diagnostics channel. */
export const fetchIsSilent = (): boolean => process.versions['undici'] === undefined

/** @returns A function that undoes it. */
export function watchFetch(leaves: LeavesByFetch): () => void {
  const original = globalThis.fetch
  let active = true

  function leave(input: Input, init: Init | undefined): { init: Init | undefined; attach: FetchLeaving['attach'] } {
    const given = isRequest(input) ? input : undefined
    const url = once(() => new URL(isRequest(input) ? input.url : input))
    const headers = once(() => new Headers(init?.headers ?? given?.headers))
    const { headers: traced, attach } = leaves(url, (init?.method ?? given?.method ?? 'GET').toUpperCase(), () => ({
      url: url(),
      header: (name) => headers().get(name) ?? undefined,
      body: init?.body,
      given: init?.body === undefined || init.body === null ? given : undefined,
      decompresses: init?.decompress !== false,
    }))
    if (!traced || hasAny(headers(), traced)) return { init, attach }
    for (const [name, value] of Object.entries(traced)) headers().set(name, value)
    return { init: withHeaders(init, headers()), attach }
  }

  const watched = {
    fetch(this: unknown, ...args: [Input, Init?, ...unknown[]]): Promise<Response> {
      const [input, init, ...rest] = args
      const leaving = active ? guard('propagation', leave, input, init) : undefined
      if (!leaving) return Reflect.apply(original, this, args) as Promise<Response>
      const given = leaving.init === init ? args : [input, leaving.init, ...rest]
      const answer = Reflect.apply(original, this, given) as Promise<Response>
      return leaving.attach ? leaving.attach(answer) : answer
    },
  }.fetch as Fetch
  const { prototype: _, ...properties } = Object.getOwnPropertyDescriptors(original) as PropertyDescriptorMap
  Object.defineProperties(watched, properties)
  globalThis.fetch = watched
  return () => {
    // Somebody may have wrapped ours, which then stays below theirs.
    active = false
    if (globalThis.fetch === watched) globalThis.fetch = original
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/** Of any realm, and of a polyfill. */
const isRequest = (input: unknown): input is Request =>
  isObject(input) && typeof input['url'] === 'string' && typeof input['method'] === 'string'

/** Whether the request has a trace header already. A `tracestate` alone names no parent. */
const hasAny = (headers: Headers, traced: Readonly<Record<string, string>>): boolean =>
  Object.keys(traced).some((name) => name.toLowerCase() !== 'tracestate' && headers.has(name))

/** The program's own object is not changed. One with getters, such as a `Request`, is asked as before for all but its headers. */
function withHeaders(init: Init | undefined, headers: Headers): Init {
  const prototype: unknown = Object.getPrototypeOf(init ?? {})
  if (!init || prototype === Object.prototype || prototype === null) return { ...init, headers }
  return new Proxy(init, {
    get: (target, key) => (key === 'headers' ? headers : (Reflect.get(target, key, target) as unknown)),
    has: (target, key) => key === 'headers' || Reflect.has(target, key),
  })
}
