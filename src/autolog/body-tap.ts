/**
 * Watches a raw response while the program reads its body (`asResponse()`): whatever way it reads, the
 * bytes go through the body stream's reader, or through `data` events on Node streams.
 */
import {
  createFrameParser,
  FRAMING_MEDIA_TYPES,
  isTextEvent,
  type FrameEvent,
  type FrameParser,
} from '../kernel/frames.js'
import { isObject, parseJson } from '../kernel/json.js'
import { endWhenAbandoned } from '../telemetry/abandoned.js'
import { guard } from '../kernel/guard.js'
import type { AnswerReader } from './reader.js'
import { abandon, define } from './stream-tap.js'

interface RawResponse {
  readonly headers?: { get(name: string): string | null }
  readonly body?: unknown
}

/** Bodies, and events, past this size are not kept for reading; the span then lacks what only they say. */
const MAX_BODY = 16 * 1024 * 1024

/** What a watched stream is told to. None of it may throw. */
export interface Sink<Chunk = unknown> {
  push(chunk: Chunk): void
  end(): void
  fail(error: unknown): void
  cancel(): void
}

/** Feeds body bytes to the reader; as events, or gathered to one JSON answer. */
type ByteSink = Sink<Uint8Array>

function createSink(response: RawResponse, reader: AnswerReader): ByteSink {
  const mediaType = response.headers?.get('content-type')
  if (mediaType && MEDIA.test(mediaType)) return mediaSink(reader)
  return reader.format.stream ? eventSink(mediaType, reader) : wholeSink(reader)
}

const MEDIA = /^\s*(?:audio|image|video)\//i

/** Sounds and pictures say nothing of the call. */
function mediaSink(reader: AnswerReader): ByteSink {
  return {
    push() {},
    end: () => reader.whole(undefined),
    fail: (error) => reader.close({ error, closed: false }),
    cancel: () => reader.close({ closed: true }),
  }
}

/** Of a format that knows no streams. */
function wholeSink(reader: AnswerReader): ByteSink {
  let pieces: Uint8Array[] = []
  let size = 0
  return {
    push(bytes) {
      size += bytes.byteLength
      if (size > MAX_BODY) pieces = []
      else pieces.push(bytes)
    },
    end: () => reader.whole(size > MAX_BODY ? undefined : parseJson(Buffer.concat(pieces).toString('utf8'))),
    fail: (error) => reader.close({ error, closed: false }),
    cancel: () => reader.close({ closed: true }),
  }
}

/** Reads the bytes as the client does: whether they are a stream, and how it is framed, they tell themselves. */
function eventSink(mediaType: string | null | undefined, reader: AnswerReader): ByteSink {
  const { framing, textEvents } = reader.format
  let parser: FrameParser | undefined = createFrameParser(framing, mediaType)
  let sinceEvent = 0
  let tooLarge = false
  let seen: 'nothing' | 'events' | 'whole' = 'nothing'

  /** @param isRest - What bytes that have ended still held: half an event means that the stream was cut. */
  function deliver(event: FrameEvent, isRest: boolean): void {
    const { data } = event
    seen = event.whole ? 'whole' : 'events'
    const wire = data === '[DONE]' || isTextEvent(event, textEvents) ? data : parseJson(data)
    if (event.whole) reader.whole(wire)
    else if (wire !== undefined || !isRest) reader.event(wire, event.event)
  }

  function read(step: (parser: FrameParser) => readonly FrameEvent[], isRest = false): void {
    if (!parser) return
    let events: readonly FrameEvent[] = []
    try {
      events = step(parser)
    } catch {
      // The program meets a fault of the framing itself, as its SDK reports it; what came before is kept.
      parser = undefined
    }
    if (events.length > 0) sinceEvent = 0
    for (const event of events) deliver(event, isRest)
  }

  return {
    push(bytes) {
      sinceEvent += bytes.byteLength
      if (sinceEvent > MAX_BODY) {
        tooLarge = true
        parser = undefined
      }
      read((framed) => framed.push(bytes))
    },
    end() {
      read((framed) => framed.end(), true)
      if (seen === 'whole') return
      // Neither JSON nor events: an answer of which nothing is known.
      if (seen === 'nothing' && !isStreamType(mediaType)) reader.whole(undefined)
      // Whether a stream was cut that was too large to read, nobody knows.
      else reader.close({ closed: tooLarge })
    },
    fail: (error) => reader.close({ error, closed: false }),
    cancel: () => reader.close({ closed: true }),
  }
}

const STREAM_TYPES: ReadonlySet<string> = new Set(Object.values(FRAMING_MEDIA_TYPES))

function isStreamType(mediaType: string | null | undefined): boolean {
  return STREAM_TYPES.has(mediaType?.split(';')[0]?.trim().toLowerCase() ?? '')
}

export function tapBody(response: RawResponse, reader: AnswerReader): void {
  if (isObject(response.body)) tapBodyFor(always, response, reader)
  else reader.whole(undefined)
}

const always = (): boolean => true

/**
 * For a response that may not be read this way.
 *
 * @param claim - Asked as the body is read, whether this way is the one that counts.
 * @returns Gives up the watch for a response that is left alone.
 */
export function tapBodyFor(claim: () => boolean, response: RawResponse, reader: AnswerReader): () => void {
  const { body } = response
  const sink = createSink(response, reader)
  const keep = endWhenAbandoned(response, abandon(reader))
  const guarded: Sink = {
    push(chunk) {
      if (!claim()) return
      keep()
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      if (bytes instanceof Uint8Array) guard('body', () => sink.push(bytes))
    },
    end: () => claim() && void guard('body', () => (keep(), sink.end())),
    fail: (error) => claim() && void guard('body', () => (keep(), sink.fail(error))),
    cancel: () => claim() && void guard('body', () => (keep(), sink.cancel())),
  }
  if (!isObject(body)) return keep
  if (typeof body['getReader'] === 'function') tapWebStream(body as unknown as ReadableStream<unknown>, guarded)
  else if (typeof body['on'] === 'function') tapNodeStream(body as unknown as NodeJS.ReadableStream, guarded)
  else if (claim()) reader.whole(undefined)
  return keep
}

/** `fetch` reads its own body through the public `getReader`, so `json()` and `text()` come this way too. */
export function tapWebStream(stream: ReadableStream<unknown>, sink: Sink): void {
  const { getReader } = stream
  define(stream, 'getReader', function (...args: unknown[]) {
    const reader = Reflect.apply(getReader, stream, args) as ReadableStreamDefaultReader<unknown>
    tapReader(reader, sink)
    return reader
  })
  // These three read inside the runtime, where no reader can be seen: a stage in between asks for a chunk when it is asked.
  const watched = (): ReadableStream<unknown> => {
    const reader = stream.getReader()
    return new ReadableStream<unknown>(
      {
        async pull(controller) {
          const { done, value } = await reader.read()
          if (done) controller.close()
          else controller.enqueue(value)
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    )
  }
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
  define(reader, 'read', (...args: unknown[]) =>
    (Reflect.apply(read, reader, args) as ReturnType<typeof read>).then(
      (result) => {
        if (result.done) sink.end()
        else sink.push(result.value)
        return result
      },
      (error: unknown) => {
        sink.fail(error)
        throw error
      },
    ),
  )
  define(reader, 'cancel', (...args: unknown[]) => {
    sink.cancel()
    return Reflect.apply(cancel, reader, args) as Promise<void>
  })
}

/** Every way of reading a Node stream emits `data` for what it takes. */
export function tapNodeStream(stream: NodeJS.ReadableStream, sink: Sink): void {
  const { emit } = stream
  define(stream, 'emit', function (this: unknown, event: string | symbol, ...args: unknown[]) {
    if (event === 'data') sink.push(args[0])
    else if (event === 'end') sink.end()
    // A reader that breaks out of its loop leaves this error behind.
    else if (event === 'error' && isAbort(args[0])) sink.cancel()
    else if (event === 'error') sink.fail(args[0])
    else if (event === 'close') sink.cancel()
    return Reflect.apply(emit, stream, [event, ...args]) as boolean
  })
}

function isAbort(error: unknown): boolean {
  return isObject(error) && error['code'] === 'ABORT_ERR'
}
