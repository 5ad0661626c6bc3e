/** Requests of `node:http` and `node:https`, which is what axios, got and node-fetch make: what is written, and what is read. */
import type { ClientRequest, IncomingMessage } from 'node:http'
import { guard } from '../../kernel/guard.js'
import { endWhenAbandoned } from '../../telemetry/spans/abandoned.js'
import { tapNodeStream, waitsFor } from '../streams/body-tap.js'
import { define } from '../streams/stream-tap.js'
import type { WireExchange } from './wire-exchange.js'

type Write = (chunk?: unknown, encoding?: unknown, callback?: unknown) => unknown

export function tapHttp(request: ClientRequest, exchange: WireExchange): void {
  const contentType = (): unknown => request.getHeader('content-type')
  const { write, end, emit } = request as unknown as { write: Write; end: Write; emit: (...args: unknown[]) => unknown }
  define(request, 'write', (...args: unknown[]) => {
    guard('wire', () => exchange.sent(args[0], contentType, args[1]))
    return Reflect.apply(write, request, args)
  })
  define(request, 'end', (...args: unknown[]) => {
    guard('wire', () => {
      if (typeof args[0] !== 'function') exchange.sent(args[0], contentType, args[1])
      exchange.asked()
    })
    return Reflect.apply(end, request, args)
  })
  define(request, 'emit', (...args: unknown[]) => {
    guard('wire', () => told(args[0], args[1], exchange))
    return Reflect.apply(emit, request, args)
  })
}

function told(event: unknown, given: unknown, exchange: WireExchange): void {
  if (event === 'response') tapResponse(given as IncomingMessage, exchange)
  // What the answer's stream tells by itself is told there.
  else if (event === 'error' && !exchange.isAnswered) exchange.failed(given)
  else if (event === 'close' && !exchange.isAnswered) exchange.closed()
}

function tapResponse(response: IncomingMessage, exchange: WireExchange): void {
  const headers = new Headers()
  for (const [name, value] of Object.entries(response.headersDistinct))
    for (const one of value ?? []) headers.append(name, one)
  exchange.answered(response.statusCode ?? 0, headers)
  tapAnswer(response, exchange)
}

/** Tells the exchange what the program takes of a stream that it has just been given. */
export function tapAnswer(stream: NodeJS.ReadableStream, exchange: WireExchange): void {
  const keep = endWhenAbandoned(stream, abandonedOf(exchange), waitsFor(new WeakRef(stream)))
  const over = (step: () => void): void => {
    keep()
    guard('wire', step)
  }
  tapNodeStream(stream, {
    push(chunk) {
      keep.read()
      guard('wire', () => exchange.received(chunk))
    },
    end: () => over(() => exchange.ended()),
    fail: (error) => over(() => exchange.failed(error)),
    cancel: () => over(() => exchange.closed()),
  })
}

/** Apart from the stream, which must not be kept alive. */
const abandonedOf = (exchange: WireExchange) => (): void => exchange.abandoned()
