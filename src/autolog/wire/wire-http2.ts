/** Requests of `node:http2`: what is written to a stream, and what is read from it. */
import type { ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2'
import { guard } from '../../kernel/guard.js'
import { define } from '../streams/stream-tap.js'
import type { WireExchange } from './wire-exchange.js'
import { tapAnswer } from './wire-http.js'

type Write = (chunk?: unknown, encoding?: unknown, callback?: unknown) => unknown

export function tapHttp2(stream: ClientHttp2Stream, exchange: WireExchange, contentType: () => unknown): void {
  const { write, end } = stream as unknown as { write: Write; end: Write }
  define(stream, 'write', (...args: unknown[]) => {
    guard('wire', () => exchange.sent(args[0], contentType, args[1]))
    return Reflect.apply(write, stream, args)
  })
  define(stream, 'end', (...args: unknown[]) => {
    guard('wire', () => {
      const last = args[0]
      if (typeof last !== 'function' && last !== null && last !== undefined) exchange.sent(last, contentType, args[1])
      exchange.asked()
    })
    return Reflect.apply(end, stream, args)
  })
  tapAnswer(stream, exchange)
  const { emit } = stream as unknown as { emit: (...args: unknown[]) => unknown }
  define(stream, 'emit', (...args: unknown[]) => {
    if (args[0] === 'response') guard('wire', () => answered(args[1] as IncomingHttpHeaders, exchange))
    return Reflect.apply(emit, stream, args)
  })
}

function answered(given: IncomingHttpHeaders, exchange: WireExchange): void {
  const headers = new Headers()
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith(':')) continue
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) headers.append(name, one)
  }
  exchange.answered(Number(given[':status'] ?? 0), headers)
}
