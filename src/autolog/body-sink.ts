/** Feeds the bytes of a body to a reader: as events, or gathered to one JSON answer. */
import {
  createFrameParser,
  FRAMING_MEDIA_TYPES,
  isTextEvent,
  type FrameEvent,
  type FrameParser,
} from '../kernel/frames.js'
import { parseJson } from '../kernel/json.js'
import type { AnswerReader } from './reader.js'

export interface RawResponse {
  readonly headers?: { get(name: string): string | null }
  readonly body?: unknown
}

/** Bodies, and events, past this size are not kept for reading; the span then lacks what only they say. */
const MAX_BODY = 16 * 1024 * 1024

/** What a watched stream is told to. None of it may throw. */
export interface Sink<Chunk = unknown> {
  /** The program asks for a chunk, and waits for it. */
  reading?(): void
  push(chunk: Chunk): void
  end(): void
  fail(error: unknown): void
  cancel(): void
}

/** Feeds body bytes to the reader; as events, or gathered to one JSON answer. */
type ByteSink = Sink<Uint8Array>

export function createSink(response: RawResponse, reader: AnswerReader): ByteSink {
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
