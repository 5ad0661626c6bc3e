/** Feeds the bytes of a body to a reader, as events or as one JSON answer. */
import {
  createFrameParser,
  FRAMING_MEDIA_TYPES,
  isTextEvent,
  type FrameEvent,
  type FrameParser,
} from '../../kernel/frames.js'
import { parseJson } from '../../kernel/json.js'
import type { AnswerReader } from '../calls/reader.js'

export interface RawResponse {
  readonly headers?: { get(name: string): string | null }
  readonly body?: unknown
}

/** Larger bodies and events are not read. The span then lacks what only they say. */
const MAX_BODY = 16 * 1024 * 1024

/** What a watched stream reports to. Must not throw. */
export interface Sink<Chunk = unknown> {
  /** The program waits for a chunk. */
  reading?(): void
  push(chunk: Chunk): void
  end(): void
  fail(error: unknown): void
  cancel(): void
}

type ByteSink = Sink<Uint8Array>

export function createSink(response: RawResponse, reader: AnswerReader): ByteSink {
  const mediaType = response.headers?.get('content-type')
  if (mediaType && MEDIA.test(mediaType)) return mediaSink(reader)
  return reader.format.stream ? eventSink(mediaType, reader) : wholeSink(reader)
}

const MEDIA = /^\s*(?:audio|image|video)\//i

/** For audio and images, which say nothing about the call. */
function mediaSink(reader: AnswerReader): ByteSink {
  return {
    push() {},
    end: () => reader.whole(undefined),
    fail: (error) => reader.close({ error, closed: false }),
    cancel: () => reader.close({ closed: true }),
  }
}

/** For a format without streams. */
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

/** Finds out from the bytes whether they are a stream and how it is framed, as the client does. */
function eventSink(mediaType: string | null | undefined, reader: AnswerReader): ByteSink {
  const { framing, textEvents } = reader.format
  let parser: FrameParser | undefined = createFrameParser(framing, mediaType)
  let sinceEvent = 0
  let tooLarge = false
  let seen: 'nothing' | 'events' | 'whole' = 'nothing'

  /** @param isRest - Whether it is what was left when the bytes ended. Half an event then means that the stream was cut. */
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
      // The SDK reports a fault of the framing to the program. What came before is kept.
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
      // Neither JSON nor events: nothing is known of the answer.
      if (seen === 'nothing' && !isStreamType(mediaType)) reader.whole(undefined)
      // If a stream was too large to read, nobody knows whether it was cut.
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
