/**
 * Watches a raw response while the program reads its body (`asResponse()`). However it reads, the bytes go through the
 * reader of the body stream, or through `data` events of a Node stream.
 */
import { isObject } from '../../kernel/json.js'
import { builtin } from '../../kernel/builtin.js'
import { endWhenAbandoned, type AbandonWatch } from '../../telemetry/spans/abandoned.js'
import { guard } from '../../kernel/guard.js'
import type { Readable } from 'node:stream'
import type { AnswerReader } from '../calls/reader.js'
import { createSink, type RawResponse, type Sink } from './body-sink.js'
import { watchLeaving, type Leaving } from './leaving.js'
import { passedOn } from './passed-stream.js'
import { abandon, define } from './stream-tap.js'

export function tapBody(response: RawResponse, reader: AnswerReader): void {
  if (isObject(response.body)) tapBodyFor(always, response, reader)
  else reader.whole(undefined)
}

/** Watches the stream of a body whose response the program does not get. @returns `false` for anything else. */
export function tapBytes(bytes: unknown, reader: AnswerReader): boolean {
  if (!isWebBody(bytes) && !isNodeBody(bytes)) return false
  tapBodyFor(always, { body: bytes }, reader, bytes)
  return true
}

const always = (): boolean => true

/**
 * Watches a response that the program may also read in another way.
 *
 * @param claim - Called when the body is read. Whether this is the way that counts.
 * @param held - What the program has of it. Default: the response.
 * @returns A function that ends the watch for the case that nobody reads the response.
 */
export function tapBodyFor(
  claim: () => boolean,
  response: RawResponse,
  reader: AnswerReader,
  held: object = response,
): () => void {
  const { body } = response
  const sink = createSink(response, reader)
  const keep = watchBody(body, held, abandon(reader))
  const guarded: Sink = {
    reading: () => keep.reading(),
    push(chunk) {
      if (!claim()) return
      keep.read()
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      if (bytes instanceof Uint8Array) guard('body', () => sink.push(bytes))
    },
    end: () => claim() && void guard('body', () => (keep(), sink.end())),
    fail: (error) => claim() && void guard('body', () => (keep(), sink.fail(error))),
    cancel: () => claim() && void guard('body', () => (keep(), sink.cancel())),
  }
  if (!isObject(body)) return keep
  if (isWebBody(body)) tapWebStream(body, guarded)
  else if (isNodeBody(body)) tapNodeStream(body, guarded, () => keep.follow(body))
  else if (claim()) reader.whole(undefined)
  return keep
}

/**
 * Ends the call when the body is garbage: watches a web stream itself, since its readers hold it, and a program may keep one
 * and drop the response. A Node stream is held by its socket too, so what the program has is watched until somebody reads.
 */
function watchBody(body: unknown, held: object, end: () => void): AbandonWatch {
  if (isWebBody(body)) return endWhenAbandoned(body, end)
  return endWhenAbandoned(held, end, isNodeBody(body) ? waitsFor(new WeakRef(body)) : undefined)
}

/** Whether somebody has read all that came so far. */
export function waitsFor(stream: WeakRef<NodeJS.ReadableStream>): () => boolean {
  return () => {
    const readable = stream.deref() as Readable | undefined
    if (!readable) return false
    const { readableFlowing, readableLength } = readable
    return readableFlowing === true || (readableLength === 0 && readable.listenerCount('readable') > 0)
  }
}

const isWebBody = (body: unknown): body is ReadableStream<unknown> =>
  isObject(body) && typeof body['getReader'] === 'function'

const isNodeBody = (body: unknown): body is NodeJS.ReadableStream => isObject(body) && typeof body['on'] === 'function'

/** A substitute for each watched stream, for when the runtime reads it by an internal reader that cannot be watched. */
const stages = new WeakMap<object, () => ReadableStream<unknown>>()
/** Empty while Node's functions are as they were. */
const undo: (() => void)[] = []

/**
 * From Node 24 on, a Node stream made from a web stream uses an internal reader. It gets the substitute of a watched stream;
 * other web streams are passed on unchanged.
 */
function watchNodeStreams(): void {
  if (undo.length > 0) return
  const { Duplex, Readable } = builtin('node:stream')
  undo.push(passStages(Readable, 'fromWeb'), passStages(Duplex, 'from'))
}

/** Restores what `tapWebStream` has replaced in Node, until it is called again. */
export function unwatchNodeStreams(): void {
  for (const restore of undo.splice(0)) restore()
}

/**
 * @param name - A function of `holder` that makes a Node stream from its first argument.
 * @returns A function that restores it, unless somebody has wrapped it since.
 */
function passStages(holder: object, name: string): () => void {
  const make = Reflect.get(holder, name) as (...args: unknown[]) => unknown
  const given = function (this: unknown, stream: unknown, ...rest: unknown[]): unknown {
    const stage = isObject(stream) ? stages.get(stream) : undefined
    return Reflect.apply(make, this, [stage ? stage() : stream, ...rest])
  }
  for (const { key, value } of [
    { key: 'name', value: make.name },
    { key: 'length', value: make.length },
  ])
    Object.defineProperty(given, key, { value, configurable: true })
  define(holder, name, given)
  return () => Reflect.get(holder, name) === given && define(holder, name, make)
}

/** Also sees `json()` and `text()`: `fetch` reads its own body through the public `getReader`. */
export function tapWebStream(stream: ReadableStream<unknown>, sink: Sink): void {
  const { getReader, cancel } = stream
  define(stream, 'cancel', (...args: unknown[]) => {
    // While the stream is being read, cancel() only fails.
    if (!stream.locked) sink.cancel()
    return Reflect.apply(cancel, stream, args) as Promise<void>
  })
  define(stream, 'getReader', function (...args: unknown[]) {
    const reader = Reflect.apply(getReader, stream, args) as ReadableStreamDefaultReader<unknown>
    tapReader(reader, sink)
    return reader
  })
  // These three use an internal reader, which cannot be watched.
  const watched = (): ReadableStream<unknown> => passedOn(stream)
  watchNodeStreams()
  stages.set(stream, watched)
  define(stream, 'pipeThrough', (...args: Parameters<typeof stream.pipeThrough>) => watched().pipeThrough(...args))
  define(stream, 'pipeTo', (...args: Parameters<typeof stream.pipeTo>) => watched().pipeTo(...args))
  define(stream, 'tee', () => watched().tee())
  const values = async function* (options?: { preventCancel?: boolean }): AsyncGenerator<unknown> {
    const reader = stream.getReader()
    let finished = false
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) {
          finished = true
          return
        }
        yield value
      }
    } finally {
      if (!finished && options?.preventCancel !== true) await reader.cancel()
      reader.releaseLock()
    }
  }
  define(stream, 'values', values)
  define(stream, Symbol.asyncIterator, values)
}

function tapReader(reader: ReadableStreamDefaultReader<unknown>, sink: Sink): void {
  const { read, cancel } = reader
  define(reader, 'read', (...args: unknown[]) => {
    sink.reading?.()
    return (Reflect.apply(read, reader, args) as ReturnType<typeof read>).then(
      (result) => {
        if (result.done) sink.end()
        else sink.push(result.value)
        return result
      },
      (error: unknown) => {
        sink.fail(error)
        throw error
      },
    )
  })
  define(reader, 'cancel', (...args: unknown[]) => {
    sink.cancel()
    return Reflect.apply(cancel, reader, args) as Promise<void>
  })
}

/**
 * Every way of reading a Node stream emits `data` for what it reads.
 *
 * @param begun - Called before the first chunk.
 */
export function tapNodeStream(stream: NodeJS.ReadableStream, sink: Sink, begun?: () => void): void {
  const { emit } = stream
  const leaving = watchLeaving(stream)
  let first = begun
  define(stream, 'emit', function (this: unknown, event: string | symbol, ...args: unknown[]) {
    if (event === 'data') {
      first?.()
      first = undefined
      sink.push(args[0])
    } else if (event === 'end') sink.end()
    else if (event === 'error' && leaving.hasLeft(args[0])) sink.cancel()
    else if (event === 'error') sink.fail(args[0])
    else if (event === 'close') closed(stream, leaving, sink)
    if (event === 'end' || event === 'close') leaving.forget()
    return Reflect.apply(emit, stream, [event, ...args]) as boolean
  })
}

/** An answer of Node emits its error only to somebody who listens. */
function closed(stream: NodeJS.ReadableStream, leaving: Leaving, sink: Sink): void {
  const { errored } = stream as Readable
  if (errored && !leaving.hasLeft(errored)) sink.fail(errored)
  else sink.cancel()
}
