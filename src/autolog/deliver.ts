/** What a method gave, to whatever can watch it: a stream of any kind, a raw response, or the whole answer. */
import { isObject } from '../kernel/json.js'
import { endWhenAbandoned } from '../telemetry/abandoned.js'
import { guard } from '../kernel/guard.js'
import { watchAggregate } from './aggregate.js'
import { tapBody, tapNodeStream, tapWebStream, waitsFor } from './body-tap.js'
import type { Sink } from './body-sink.js'
import type { EmittedEvents } from './call-contract.js'
import type { AnswerReader } from './reader.js'
import { abandon, define, isIteratorStream, tapIterator, tapIteratorStream } from './stream-tap.js'

/** The result is there: the program gets the very same. */
export function deliver(result: unknown, reader: AnswerReader): void {
  const delivered = guard('deliver', () => {
    const { aggregate, fault, stream, headers } = reader.declaration
    if (headers) guard('headers', () => reader.headers(headers(result)))
    const error = fault?.(result)
    if (error !== undefined) return reader.failed(result, error)
    const inner = stream?.(result)
    if (aggregate !== undefined && watchAggregate(result, aggregate, inner, reader)) return true
    if (isRawResponse(result) && inner === undefined) tapBody(result, reader)
    else if (tapStream(inner ?? result, reader)) return true
    else if (inner === undefined) reader.whole(result)
    else reader.unread('stream')
    return true
  })
  if (!delivered) reader.unread('answer')
}

/** Watches a stream while the program reads it. `false` for what is no stream. */
export function tapStream(value: unknown, reader: AnswerReader): boolean {
  // Node's streams have an `iterator` too, which not every way of reading goes through.
  if (isNodeStream(value)) tapNodeStream(value, sinkOf(value, reader))
  else if (isIteratorStream(value)) tapIteratorStream(value, reader)
  else if (isWebStream(value)) tapWebStream(value, sinkOf(value, reader))
  else if (reader.declaration.emits && isObject(value) && tapEmitter(value, reader.declaration.emits, reader))
    return true
  else if (isIterable(value)) tapIterable(value, reader)
  else return false
  return true
}

function isRawResponse(value: unknown): value is Response {
  return isObject(value) && typeof value['arrayBuffer'] === 'function' && 'body' in value && 'headers' in value
}

function isWebStream(value: unknown): value is ReadableStream<unknown> {
  return isObject(value) && typeof value['getReader'] === 'function' && typeof value['tee'] === 'function'
}

function isEmitter(value: unknown): value is NodeJS.EventEmitter {
  return isObject(value) && typeof value['on'] === 'function' && typeof value['emit'] === 'function'
}

function isNodeStream(value: unknown): value is NodeJS.ReadableStream {
  return isEmitter(value) && typeof (value as { read?: unknown }).read === 'function' && 'readable' in value
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/** Chunks of a stream of the SDK's own are pieces of the answer, each read when the program takes it. */
function sinkOf(stream: object, reader: AnswerReader): Sink {
  const keep = endWhenAbandoned(
    stream,
    abandon(reader),
    isNodeStream(stream) ? waitsFor(new WeakRef(stream)) : undefined,
  )
  const over = (outcome: Parameters<AnswerReader['close']>[0]): void => {
    keep()
    guard('stream', () => reader.close(outcome))
  }
  return {
    reading: () => keep.reading(),
    push(chunk) {
      keep.read()
      guard('stream', () => reader.event(chunk))
    },
    end: () => over({ closed: false }),
    fail: (error) => over({ error, closed: false }),
    cancel: () => over({ closed: true }),
  }
}

/**
 * Taps what is iterated, whether it iterates itself, as generators do, or makes an iterator. The first reader is the
 * one that counts.
 */
function tapIterable(iterable: AsyncIterable<unknown>, reader: AnswerReader): void {
  if (!Object.isExtensible(iterable)) return reader.unread('stream')
  if (typeof (iterable as Partial<AsyncIterator<unknown>>).next === 'function') {
    if (!tapIterator(iterable as unknown as AsyncIterator<unknown>, reader, () => false)) reader.unread('stream')
    return
  }
  const iterate = iterable[Symbol.asyncIterator]
  const { streamSignal } = reader.declaration
  const signal = streamSignal && guard('signal', streamSignal, iterable)
  const aborted = (): boolean => signal?.aborted === true
  let first = true
  define(iterable, Symbol.asyncIterator, function (this: unknown) {
    const inner = Reflect.apply(iterate, this, []) as AsyncIterator<unknown>
    if (!first) return inner
    first = false
    keep()
    if (!guard('tap', () => tapIterator(inner, reader, aborted))) reader.unread('stream')
    return inner
  })
  const keep = endWhenAbandoned(iterable, abandon(reader))
}

/** Every listener of an emitter is told through `emit`; where there is none, each kind of event has a method. */
function tapEmitter(emitter: object, names: EmittedEvents, reader: AnswerReader): boolean {
  const holder = names.through ? names.through(emitter) : emitter
  if (!isObject(holder) || !(names.through ? typeof holder[names.end] === 'function' : isEmitter(holder))) return false
  const sink = sinkOf(holder, reader)
  const pieces = new Set<unknown>([names.piece].flat())
  const hear = (event: unknown, value: unknown): void => {
    if (pieces.has(event)) {
      sink.push(value)
      if (names.last?.(value) === true) sink.end()
      else sink.reading?.()
    } else if (event === names.end) sink.end()
    else if (event === names.error) sink.fail(errorIn(value))
  }
  // What comes comes by itself, however long it takes.
  sink.reading?.()
  if (!names.through) tell(holder, 'emit', ([event, value]) => hear(event, value))
  else
    for (const name of [names.piece, names.end, names.error].flat()) tell(holder, name, ([value]) => hear(name, value))
  return true
}

/** Tells of each call of a method, before it runs. */
function tell(holder: Readonly<Record<string, unknown>>, name: string, told: (args: readonly unknown[]) => void): void {
  const method = holder[name]
  if (typeof method !== 'function') return
  const telling = function (this: unknown, ...args: unknown[]): unknown {
    guard('emit', told, args)
    return Reflect.apply(method, this, args)
  }
  // The one listener of a socket (`onmessage`) is set, not defined.
  if (hasSetter(holder, name)) (holder as Record<string, unknown>)[name] = telling
  else define(holder, name, telling)
}

function hasSetter(holder: object, name: string): boolean {
  for (let at: unknown = holder; isObject(at); at = Object.getPrototypeOf(at) as unknown) {
    const found = Object.getOwnPropertyDescriptor(at, name)
    if (found) return found.set !== undefined
  }
  return false
}

/** Sockets tell of an event that has the error. */
function errorIn(value: unknown): unknown {
  const error = isObject(value) ? value['error'] : undefined
  return error instanceof Error ? error : (value ?? new Error('the connection failed'))
}
