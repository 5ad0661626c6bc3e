/**
 * Adds trace headers to requests when they are sent, whatever client makes them, by the diagnostics channels of undici (the
 * built-in `fetch` of Node) and of `node:http`, by the sessions of `node:http2`, and by the global `fetch` of other runtimes. Only
 * requests of an open model call, or of a step that says so, are touched.
 */
import { context, isSpanContextValid, type Context } from '@opentelemetry/api'
import diagnostics from 'node:diagnostics_channel'
import type { ClientRequest } from 'node:http'
import { fetchIsSilent, watchFetch, type FetchBegun, type FetchLeaving, type FetchRequest } from './fetch-requests.js'
import { urlOfHttp, watchHttp } from './http-requests.js'
import {
  http2IsLoaded,
  isHttp2,
  watchHttp2,
  type HeaderGetter,
  type Http2Begun,
  type Http2Leaving,
} from './http2-requests.js'
import { serverAttributes } from '../spans/attributes.js'
import { headersTo } from './propagation.js'
import { slotOf, type CallSlot } from '../spans/call-slot.js'
import { guard } from '../../kernel/guard.js'
import { settings } from '../settings.js'

/** The part of undici's request that its `undici:request:create` channel documents. */
export interface UndiciRequest {
  readonly origin: string | URL
  readonly path: string
  readonly method: string
  readonly headers: readonly (string | readonly string[])[] | string
  addHeader(name: string, value: string): void
}

/**
 * The headers for a request of the open call to `url`, or `undefined` when it carries none. For hooks that see a request
 * before it leaves.
 */
export function traceHeadersTo(url: () => URL): ReturnType<typeof headersTo> {
  return headersIn(slotOf(context.active()), url)
}

/**
 * Told of each `POST` that is part of no call, before it leaves. Gives the context of the call that begins with it, if one does.
 * Must not throw.
 */
export interface Outside {
  undici(request: UndiciRequest): Context | undefined
  http(request: ClientRequest, url: () => URL): Context | undefined
  http2(url: () => URL, headers: HeaderGetter): Http2Begun | undefined
  fetch(request: FetchRequest): FetchBegun | undefined
}

/** Asked for when there is something to tell. */
let outside: (() => Outside) | undefined

/** The call that a request is part of: the open one, or one that begins with it. */
function slotFor(method: unknown, url: () => URL, begin: (outside: Outside) => Context | undefined) {
  const slot = slotOf(context.active())
  // Timers and sockets keep the context they were made in, also when the call is long over. A step may ask a model on its way.
  if (slot && !slot.step && slot.call?.ended !== true) {
    slot.call?.seen()
    noteHost(slot, url)
    return slot
  }
  const begun = method === 'POST' && outside ? begin(outside()) : undefined
  if (begun) return slotOf(begun)
  if (slot) noteHost(slot, url)
  return slot
}

/** Of a call whose SDK does not say where it goes: the host of its newest request. */
function noteHost({ call, step, server }: CallSlot, url: () => URL): void {
  const told = call ?? step
  if (server === undefined && told?.recording === true && !told.ended) told.set(serverAttributes(url()))
}

/** The headers for a request that leaves for `url`, if its layer does not add them itself. */
function headersOf(slot: CallSlot | undefined, url: () => URL): ReturnType<typeof headersTo> {
  return slot?.injects === true ? undefined : headersIn(slot, url)
}

function leavesByHttp2(url: () => URL, method: unknown, header: HeaderGetter): Http2Leaving {
  let begun: Http2Begun | undefined
  const slot = slotFor(method, url, (told) => (begun = told.http2(url, header))?.context)
  return { headers: headersOf(slot, url), attach: begun?.attach }
}

function leavesByFetch(url: () => URL, method: string, request: () => FetchRequest): FetchLeaving {
  let begun: FetchBegun | undefined
  const slot = slotFor(method, url, (told) => (begun = told.fetch(request()))?.context)
  return { headers: headersOf(slot, url), attach: begun?.attach }
}

function headersIn(slot: CallSlot | undefined, url: () => URL): ReturnType<typeof headersTo> {
  if (!slot?.span || (slot.call ?? slot.step)?.ended === true || !isSpanContextValid(slot.span.spanContext()))
    return undefined
  return headersTo(slot.span, url(), settings(), { server: slot.server })
}

/** A `tracestate` alone names no parent. */
const isParent = (name: string): boolean => name !== 'tracestate'

/** Whether the request has one of `names` already: whoever set it meant another span, or this one. */
function hasAny(headers: UndiciRequest['headers'], names: readonly string[]): boolean {
  if (typeof headers === 'string') {
    const lines = headers.toLowerCase().split('\n')
    return names.some((name) => lines.some((line) => line.startsWith(`${name}:`)))
  }
  // undici keeps a flat list of names and values.
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]
    if (typeof name === 'string' && names.includes(name.toLowerCase())) return true
  }
  return false
}

function onUndiciRequest(event: unknown): void {
  guard('propagation', () => {
    const { request } = event as { request: UndiciRequest }
    const url = (): URL => new URL(request.path, request.origin)
    const headers = headersOf(
      slotFor(request.method, url, (told) => told.undici(request)),
      url,
    )
    if (!headers) return
    const parents = Object.keys(headers).filter(isParent)
    if (hasAny(request.headers, parents)) return keepFirst(request, parents)
    for (const [name, value] of Object.entries(headers)) request.addHeader(name, value)
    yieldToLater(request, new Set(Object.keys(headers)))
  })
}

/**
 * The program or an SDK has set it, and means it. An instrumentation of requests adds another to it, before us or after us,
 * and two are no valid trace context.
 */
function keepFirst(request: UndiciRequest, names: readonly string[]): void {
  const { addHeader, headers } = request
  if (!Array.isArray(headers)) return
  const seen = new Set<string>()
  for (let i = 0; i < headers.length;) {
    const name = String(headers[i]).toLowerCase()
    if (names.includes(name) && seen.has(name)) headers.splice(i, 2)
    else i += 2
    seen.add(name)
  }
  const kept = new Set([...names, 'tracestate'])
  const value = (name: string, text: string): void => {
    if (!kept.has(name.toLowerCase())) Reflect.apply(addHeader, request, [name, text])
  }
  Object.defineProperty(request, 'addHeader', { value, writable: true, configurable: true })
}

/** An instrumentation that is told of the request after us, and adds the same headers, replaces ours: it is closer to the wire. */
function yieldToLater(request: UndiciRequest, ours: Set<string>): void {
  const { addHeader, headers } = request
  if (!Array.isArray(headers)) return
  const value = (name: string, text: string): void => {
    if (ours.delete(name.toLowerCase())) {
      const at = headers.findIndex((known, i) => i % 2 === 0 && String(known).toLowerCase() === name.toLowerCase())
      if (at >= 0) headers.splice(at, 2)
    }
    Reflect.apply(addHeader, request, [name, text])
  }
  Object.defineProperty(request, 'addHeader', { value, writable: true, configurable: true })
}

function injectHttp(request: ClientRequest): void {
  guard('propagation', () => {
    const url = (): URL => urlOfHttp(request)
    const headers = headersOf(
      slotFor(request.method, url, (told) => told.http(request, url)),
      url,
    )
    // Headers that were given as a list, and those of `Expect: 100-continue`, are on their way already.
    if (!headers || request.headersSent) return
    if (Object.keys(headers).some((name) => isParent(name) && request.hasHeader(name))) return
    for (const [name, value] of Object.entries(headers)) request.setHeader(name, value)
  })
}

export interface WireWatch {
  /** A module is asked for: one that makes requests is watched from here on. */
  requested(specifier: string): void
  off(): void
}

/** Starts watching the wire. */
export function watchWire(told?: () => Outside): WireWatch {
  outside = told
  diagnostics.subscribe('undici:request:create', onUndiciRequest)
  const undoHttp = watchHttp(injectHttp)
  const undoFetch = fetchIsSilent() ? watchFetch(leavesByFetch) : undefined
  let undoHttp2 = http2IsLoaded() ? guard('propagation', watchHttp2, leavesByHttp2) : undefined
  return {
    requested(specifier) {
      if (isHttp2(specifier)) undoHttp2 ??= guard('propagation', watchHttp2, leavesByHttp2)
    },
    off() {
      outside = undefined
      diagnostics.unsubscribe('undici:request:create', onUndiciRequest)
      undoHttp()
      undoFetch?.()
      undoHttp2?.()
    },
  }
}
