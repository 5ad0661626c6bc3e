/** Passes the result of a method to the right watch: for a stream of any kind, a raw response, or a whole answer. */
import { isObject } from '../../kernel/json.js'
import { endWhenAbandoned } from '../../telemetry/spans/abandoned.js'
import { guard } from '../../kernel/guard.js'
import { watchAggregate } from './aggregate.js'
import { tapBody, tapBytes, tapNodeStream, tapWebStream, waitsFor } from '../streams/body-tap.js'
import type { Sink } from '../streams/body-sink.js'
import { listenedOf, tapEmitter } from '../streams/emitter-tap.js'
import type { AnswerReader } from './reader.js'
import { abandon, define, isIteratorStream, tapIterator, tapIteratorStream } from '../streams/stream-tap.js'

/** Watches the result. The program gets the very same object. */
export function deliver(result: unknown, reader: AnswerReader): void {
  const delivered = guard('deliver', () => {
    const { aggregate, body, fault, stream, headers, withoutAnswer } = reader.declaration
    if (headers) guard('headers', () => reader.headers(headers(result)))
    const error = fault?.(result)
    if (error !== undefined) return reader.failed(result, error)
    if (withoutAnswer && reader.call.endWithInner()) return true
    const inner = stream?.(result)
    if (aggregate !== undefined && watchAggregate(result, aggregate, inner, reader)) return true
    const raw = body ? body(result) : inner === undefined && result
    if (isRawResponse(raw)) tapBody(raw, reader)
    else if (body && tapBytes(raw, reader)) return true
    else if (tapStream(inner ?? result, reader)) return true
    else if (inner === undefined) reader.whole(result)
    else reader.unread('stream')
    return true
  })
  if (!delivered) reader.unread('answer')
}

/** Watches a stream while the program reads it. @returns `false` for anything else. */
export function tapStream(value: unknown, reader: AnswerReader): boolean {
  // First, because Node streams have an `iterator` too, but can be read without it.
  if (isNodeStream(value)) tapNodeStream(value, sinkOf(value, reader))
  else if (isIteratorStream(value)) tapIteratorStream(value, reader)
  else if (isWebStream(value)) tapWebStream(value, sinkOf(value, reader))
  else if (!tapListened(value, reader)) {
    if (!isIterable(value)) return false
    tapIterable(value, reader)
  }
  return true
}

function tapListened(value: unknown, reader: AnswerReader): boolean {
  const { emits } = reader.declaration
  const listened = emits && listenedOf(value, emits)
  if (!listened) return false
  tapEmitter(listened, emits, sinkOf(listened, reader))
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

/** Reads each chunk of the SDK's own stream as a piece of the answer, when the program takes it. */
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
 * Watches an iterable, whether it is its own iterator, as generators are, or makes one. Only the first iteration counts.
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
