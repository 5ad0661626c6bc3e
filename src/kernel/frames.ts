/** One interface for all framings of streams, so that a transport reads any format and a server writes any. */
import { createEventStreamParser, encodeEventStreamMessage, type EventStreamMessage } from './event-stream.js'
import type { EventStreamHeaders } from './event-stream-headers.js'
import { createJsonArrayParser } from './json-array.js'
import { createJsonBodyParser } from './json-body.js'
import { isObject, parseJson } from './json.js'
import { createNdjsonParser } from './ndjson.js'
import type { ChatProtocol, WireEvent } from './protocol.js'
import { createSseParser, type ServerSentEvent, type SseParser } from './sse.js'

export type Framing = NonNullable<ChatProtocol['framing']>

export type FrameEvent = ServerSentEvent
export type FrameParser = SseParser

/** Media type of a stream, for `accept` and `content-type`. */
export const FRAMING_MEDIA_TYPES: Readonly<Record<Framing, string>> = {
  sse: 'text/event-stream',
  ndjson: 'application/x-ndjson',
  'aws-eventstream': 'application/vnd.amazon.eventstream',
}

const PARSERS: Readonly<Record<Framing, () => FrameParser>> = {
  sse: createSseParser,
  ndjson: createNdjsonParser,
  'aws-eventstream': createMessageParser,
}

const OPEN_LIST = 0x5b
const OPEN_OBJECT = 0x7b

/** White space, and the bytes of a byte order mark. No framing has them as its first byte. */
const SKIPPED: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf])

/**
 * Reads a stream in any framing. The first byte decides: a body that begins as JSON is one whole answer, or a list whose
 * elements are the events; anything else has the framing of its format.
 *
 * @param framing - Of the format. Default: server-sent events.
 * @param mediaType - The media type of the body. It matters only if a line may be JSON by itself.
 */
export function createFrameParser(framing: Framing = 'sse', mediaType?: string | null): FrameParser {
  let parser: FrameParser | undefined

  function choose(first: number): FrameParser {
    if (first === OPEN_LIST) return createJsonArrayParser()
    if (first !== OPEN_OBJECT) return PARSERS[isEventStream(mediaType) ? 'sse' : framing]()
    if (framing !== 'ndjson') return createJsonBodyParser()
    return isJsonType(mediaType) ? createJsonBodyParser({ mayBeLines: true }) : createNdjsonParser()
  }

  return {
    push(bytes) {
      if (parser) return parser.push(bytes)
      const at = bytes.findIndex((byte) => !SKIPPED.has(byte))
      if (at === -1) return []
      parser = choose(bytes[at] as number)
      return parser.push(at === 0 ? bytes : bytes.subarray(at))
    },
    end: () => parser?.end() ?? [],
  }
}

/** A format that has another framing by itself may be asked for events. */
function isEventStream(mediaType: string | null | undefined): boolean {
  return /^text\/event-stream\b/i.test(mediaType ?? '')
}

function isJsonType(mediaType: string | null | undefined): boolean {
  return /^application\/(?:[\w.-]+\+)?json\b/i.test(mediaType ?? '')
}

/** Whether the data of an event is text by the format's own word, see {@link ChatProtocol.textEvents}. */
export function isTextEvent({ event }: FrameEvent, textEvents: readonly string[] | undefined): boolean {
  return event !== undefined && textEvents?.includes(event) === true
}

/** Name of the event for a message of type `exception` or `error`; its data is `{__type, message}`. */
export const EXCEPTION_EVENT = 'exception'

function createMessageParser(): FrameParser {
  const parser = createEventStreamParser()
  const decoder = new TextDecoder()
  return {
    push: (bytes) => parser.push(bytes).map((message) => eventOf(message, decoder)),
    end: () => parser.end().map((message) => eventOf(message, decoder)),
  }
}

function text(headers: EventStreamHeaders, name: string): string | undefined {
  const header = headers.get(name)
  return header?.type === 'string' ? header.value : undefined
}

function eventOf({ headers, payload }: EventStreamMessage, decoder: TextDecoder): FrameEvent {
  const data = decoder.decode(payload)
  const type = text(headers, ':message-type')
  if (type === 'exception') {
    const body = parseJson(data)
    const named = { __type: text(headers, ':exception-type'), ...(isObject(body) ? body : { message: data }) }
    return { event: EXCEPTION_EVENT, data: JSON.stringify(named) }
  }
  if (type === 'error') {
    const said = { __type: text(headers, ':error-code'), message: text(headers, ':error-message') }
    return { event: EXCEPTION_EVENT, data: JSON.stringify(said) }
  }
  const event = text(headers, ':event-type')
  return event === undefined ? { data } : { event, data }
}

/** The reverse of {@link createFrameParser}: one event as bytes. */
export function encodeFrame(event: WireEvent, framing: Framing = 'sse'): Uint8Array {
  const data = event.data === '[DONE]' ? '[DONE]' : JSON.stringify(event.data)
  if (framing === 'aws-eventstream') return encodeMessage(event, data)
  const name = event.event === undefined ? '' : `event: ${event.event}\n`
  return new TextEncoder().encode(framing === 'ndjson' ? `${data}\n` : `${name}data: ${data}\n\n`)
}

function encodeMessage({ event, data }: WireEvent, json: string): Uint8Array {
  const isException = event === EXCEPTION_EVENT
  const type = isException && isObject(data) ? data['__type'] : event
  const headers: Record<string, string> = {
    [isException ? ':exception-type' : ':event-type']: typeof type === 'string' ? type : 'internalServerException',
    ':content-type': 'application/json',
    ':message-type': isException ? 'exception' : 'event',
  }
  const typed = Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }] as const)
  return encodeEventStreamMessage({ headers: new Map(typed), payload: new TextEncoder().encode(json) })
}
